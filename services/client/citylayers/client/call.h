// Calls of unary methods with a deadline, and with retries where the caller allows them.
#ifndef CITYLAYERS_CLIENT_CALL_H_
#define CITYLAYERS_CLIENT_CALL_H_

#include <functional>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include "citylayers/client/stop.h"

namespace citylayers::client {

struct CallOptions {
  /// Deadline of each try.
  absl::Duration timeout = absl::Seconds(10);
  /// Maximum number of tries. More than 1 only for methods that may run twice: all that read, and
  /// WriteReadings with a source and a sequence.
  int tries_max = 1;
  /// Pause before the second try. It doubles with each further try up to `pause_max`, and is never
  /// shorter than the server asks for (RetryDelay).
  absl::Duration pause_min = absl::Milliseconds(250);
  absl::Duration pause_max = absl::Seconds(5);
  /// Ends the call and its pauses; null: only the deadline ends it. Must outlive the call.
  Stop* stop = nullptr;
};

/// Runs `attempt` with a new context until it succeeds, returns an error that is not transient
/// (IsTransient), or tries_max is reached. CANCELLED: stopped.
absl::Status RunTries(const CallOptions& options,
                      const std::function<grpc::Status(grpc::ClientContext&)>& attempt);

/// Calls a unary method of a stub. Blocks. Thread-safe, as the stub is. Errors have the server's
/// details (call_error.h).
///
///   ASSIGN_OR_RETURN(const layers::v1::ListLayersResponse response,
///                    Call(&layers::v1::LayerService::Stub::ListLayers, *stub, {}));
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              std::type_identity_t<Stub>& stub,
                              const std::type_identity_t<Request>& request,
                              const CallOptions& options = {}) {
  Response response;
  const absl::Status status = RunTries(options, [&](grpc::ClientContext& context) {
    response.Clear();
    return (stub.*method)(&context, request, &response);
  });
  if (!status.ok()) return status;
  return response;
}

}  // namespace citylayers::client

#endif  // CITYLAYERS_CLIENT_CALL_H_
