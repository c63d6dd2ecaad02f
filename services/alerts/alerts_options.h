// Options of the module `alerts`, and the values that its parts get from them.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERTS_OPTIONS_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERTS_OPTIONS_H_

#include <vector>

#include "absl/status/statusor.h"

#include "services/alerts/alert_manager.h"
#include "services/alerts/alert_service.h"
#include "services/alerts/condition_follower.h"
#include "services/runtime/config/config.h"

namespace citylayers::alerts {

/// All options `alerts.*` with defaults, ranges and help.
std::vector<runtime::Option> AlertsOptions();

/// Options of AlertManager from the configuration.
AlertManagerOptions AlertManagerOptionsOf(const runtime::Config& config);
AlertServiceLimits ServiceLimitsOf(const runtime::Config& config);
/// INVALID_ARGUMENT: `alerts.street_class_min` is not a class of road; the message has a
/// suggestion.
absl::StatusOr<ConditionFollowerOptions> ConditionFollowerOptionsOf(const runtime::Config& config);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERTS_OPTIONS_H_
