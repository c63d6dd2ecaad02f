// The table of modules that citylayersd can run, with their dependencies.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_MODULES_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_MODULES_H_

#include <vector>

#include "services/runtime/module.h"

namespace citylayers::citylayersd {

/// All modules; their names are valid for --target. Modules with a layer share one LayerService.
std::vector<runtime::ModuleSpec> ModuleTable();

}  // namespace citylayers::citylayersd

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_MODULES_H_
