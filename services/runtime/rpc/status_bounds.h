// How much a status may say: what fits in the headers of an answer.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_STATUS_BOUNDS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_STATUS_BOUNDS_H_

#include <cstddef>
#include <string_view>

#include <google/rpc/error_details.pb.h>
#include <grpcpp/support/status.h>

namespace citylayers::runtime {

/// What message and details of a status take in headers, encoded. Clients and proxies have limits
/// of 8 KB for all headers of an answer, and show no status at all when it has more.
inline constexpr std::size_t kStatusBytesMax = 4096;

/// A status with `text` and `details`, at most kStatusBytesMax: text is cut between characters,
/// long descriptions of fields are shortened, then the largest details left out. Details without
/// ErrorInfo get one with the code's name as the reason (docs/use/errors.md). REQUIRES: `code` is
/// not OK.
grpc::Status BoundedStatus(grpc::StatusCode code, std::string_view text,
                           google::rpc::Status details);

/// A status of another server, or of the gRPC library, as ours would be.
grpc::Status Normalized(const grpc::Status& status);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_STATUS_BOUNDS_H_
