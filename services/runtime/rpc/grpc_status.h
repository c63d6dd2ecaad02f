// Conversion between absl::Status, used in the code, and grpc::Status, sent to clients.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_GRPC_STATUS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include <grpcpp/support/status.h>

namespace citylayers::runtime {

/// Codes map one to one. Payloads become details of a google.rpc.Status.
grpc::Status ToGrpcStatus(const absl::Status& status);

/// The reverse of ToGrpcStatus: details become payloads again.
absl::Status FromGrpcStatus(const grpc::Status& status);

/// The time of the status's RetryInfo, after which the call may be repeated; zero: it has none.
absl::Duration RetryDelayOf(const grpc::Status& status);

/// Whether a stream has ended because of its age (StreamEnds::Aged): its client makes the same call
/// again at once, and nothing is lost.
bool IsStreamAge(const grpc::Status& status);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_GRPC_STATUS_H_
