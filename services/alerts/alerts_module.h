// The module `alerts`: evaluates the alert rules every second, stores alerts, serves AlertService.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERTS_MODULE_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERTS_MODULE_H_

#include "absl/status/statusor.h"

#include "services/alerts/alert_manager.h"
#include "services/alerts/alert_service.h"
#include "services/alerts/condition_follower.h"
#include "services/runtime/module.h"

namespace citylayers::alerts {

/// Options `alerts.*`: see ModuleSpec::options, or `citylayersd --print-config`.
runtime::ModuleSpec AlertsModule();

/// Options of AlertManager from the configuration.
AlertManagerOptions AlertManagerOptionsOf(const runtime::Config& config);
AlertServiceLimits ServiceLimitsOf(const runtime::Config& config);
/// INVALID_ARGUMENT: `alerts.street_class_min` is not a class of road; the message has a
/// suggestion.
absl::StatusOr<ConditionFollowerOptions> ConditionFollowerOptionsOf(const runtime::Config& config);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERTS_MODULE_H_
