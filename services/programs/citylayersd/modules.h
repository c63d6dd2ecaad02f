// The table of modules: what a citylayersd can run, and who needs whom.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_MODULES_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_MODULES_H_

#include <vector>

#include "services/runtime/module.h"

namespace citylayers::citylayersd {

/// All modules; their names are the --targets. Those with a layer share one LayerService.
std::vector<runtime::ModuleSpec> ModuleTable();

}  // namespace citylayers::citylayersd

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_MODULES_H_
