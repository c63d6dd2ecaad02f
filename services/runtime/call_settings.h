// The options of calls, from the configuration.
#ifndef CITYLAYERS_SERVICES_RUNTIME_CALL_SETTINGS_H_
#define CITYLAYERS_SERVICES_RUNTIME_CALL_SETTINGS_H_

#include "absl/status/status.h"

#include "services/runtime/config/config.h"
#include "services/runtime/memory_budget.h"
#include "services/runtime/rpc/call_context.h"

namespace citylayers::runtime {

/// INVALID_ARGUMENT: a value that ReadCallOptions could not read.
absl::Status CheckCallOptions(const Config& config);

/// The limits of all calls. REQUIRES: CheckCallOptions.
CallOptions ReadCallOptions(const Config& config, const MemoryBudget& memory);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_CALL_SETTINGS_H_
