// Errors of calls: gRPC's status as absl::Status, and the details that the server adds.
// docs/use/errors.md lists the reasons.
#ifndef CITYLAYERS_CLIENT_CALL_ERROR_H_
#define CITYLAYERS_CLIENT_CALL_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include <grpcpp/support/status.h>

namespace citylayers::client {

/// The same code and message; each detail (google.rpc.ErrorInfo, RetryInfo, ...) is a payload under
/// its type URL. Details that do not parse are dropped.
absl::Status ToStatus(const grpc::Status& status);

/// The reason of the server's google.rpc.ErrorInfo, e.g. "CLOCK_BACKWARDS"; empty without one.
std::string ErrorReason(const absl::Status& status);

/// The time that the server asks to wait before a retry; zero when it names none.
absl::Duration RetryDelay(const absl::Status& status);

/// True when the same call may succeed later: the server is unavailable, or at one of its limits
/// and names a time to wait. A batch that is too large is RESOURCE_EXHAUSTED as well, but final.
bool IsTransient(const absl::Status& status);

}  // namespace citylayers::client

#endif  // CITYLAYERS_CLIENT_CALL_ERROR_H_
