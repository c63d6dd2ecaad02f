// The machine-readable reason of an error of the server.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_ERROR_REASON_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_ERROR_REASON_H_

#include <string>

#include "absl/status/status.h"

namespace citylayers::replay {

/// The reason of the google.rpc.ErrorInfo in a status, e.g. "CLOCK_BACKWARDS"; empty without one.
/// docs/use/errors.md lists the reasons.
std::string ErrorReason(const absl::Status& status);

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_ERROR_REASON_H_
