// The module `alerts`: evaluates the alert rules every second, stores alerts, serves AlertService.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERTS_MODULE_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERTS_MODULE_H_

#include "services/runtime/module.h"

namespace citylayers::alerts {

/// Options `alerts.*`: see alerts_options.h, or `citylayersd --print-config`.
runtime::ModuleSpec AlertsModule();

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERTS_MODULE_H_
