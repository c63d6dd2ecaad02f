// Limits of the size of a status, so that it fits in the headers of an answer.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_STATUS_BOUNDS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_STATUS_BOUNDS_H_

#include <cstddef>
#include <string_view>

#include <google/rpc/error_details.pb.h>
#include <grpcpp/support/status.h>

namespace citylayers::runtime {

/// Maximum encoded bytes of a status's message and details in headers. Clients and proxies limit
/// all headers of an answer to 8 KB, and show no status at all when it has more.
inline constexpr std::size_t kStatusBytesMax = 4096;

/// Returns a status with `text` and `details`, at most kStatusBytesMax: text is cut between
/// characters, long descriptions of fields are shortened, then the largest details are dropped.
/// Details without ErrorInfo get one with the code's name as the reason (docs/use/errors.md).
/// REQUIRES: `code` is not OK.
grpc::Status BoundedStatus(grpc::StatusCode code, std::string_view text,
                           google::rpc::Status details);

/// Converts a status of another server, or of the gRPC library, to the form of this server's own.
grpc::Status Normalized(const grpc::Status& status);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_STATUS_BOUNDS_H_
