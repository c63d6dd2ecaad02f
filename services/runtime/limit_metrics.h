// Metrics of the limits of callers.
#ifndef CITYLAYERS_SERVICES_RUNTIME_LIMIT_METRICS_H_
#define CITYLAYERS_SERVICES_RUNTIME_LIMIT_METRICS_H_

#include "services/access/caller_limits.h"
#include "services/runtime/metrics.h"

namespace citylayers::runtime {

/// Writes what is held and what was refused to the metrics. Called by one thread at a time.
void ShowLimits(const access::CallerLimits& limits, Metrics& metrics);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_LIMIT_METRICS_H_
