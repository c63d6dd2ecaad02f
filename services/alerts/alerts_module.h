// The module `alerts`: looks at the city every second, keeps alerts, serves AlertService.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERTS_MODULE_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERTS_MODULE_H_

#include "services/alerts/alert_desk.h"
#include "services/runtime/module.h"

namespace citylayers::alerts {

/// Options `alerts.*`: see ModuleSpec::options, or `citylayersd --print-config`.
runtime::ModuleSpec AlertsModule();

/// The desk's options out of the configuration.
DeskOptions DeskOptionsOf(const runtime::Config& config);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERTS_MODULE_H_
