// Encoding and decoding of messages and errors of the Connect and gRPC-Web protocols.
#ifndef CITYLAYERS_SERVICES_GATEWAY_RPC_CODEC_H_
#define CITYLAYERS_SERVICES_GATEWAY_RPC_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <google/protobuf/descriptor.h>
#include <grpcpp/support/status.h>

namespace citylayers::gateway {

/// The method "GetTile" of "citylayers.layers.v1.LayerService" among the compiled descriptors;
/// nullptr when there is none.
const google::protobuf::MethodDescriptor* FindMethod(std::string_view service,
                                                     std::string_view method);

/// Whether the method has no side effects, so that GET may be used.
bool HasNoSideEffects(const google::protobuf::MethodDescriptor& method);

/// Whether the method changes nothing but an open stream of its caller, so that read-only gateways
/// and pages of other sites may call it.
bool IsReadOnly(const google::protobuf::MethodDescriptor& method);

enum class Codec { kProto, kJson };

/// A request body as protobuf bytes. INVALID_ARGUMENT: it is not a message of this type (the
/// message has the reason and the position).
absl::StatusOr<std::string> DecodeRequest(const google::protobuf::MethodDescriptor& method,
                                          Codec codec, std::string_view body);

/// A response's protobuf bytes in the client's codec. INTERNAL: they are not a message of this
/// type.
absl::StatusOr<std::string> EncodeResponse(const google::protobuf::MethodDescriptor& method,
                                           Codec codec, std::string bytes);

// Frames: one byte of flags, four bytes of length (big-endian), the payload.
inline constexpr std::uint8_t kFlagCompressed = 0x01;
inline constexpr std::uint8_t kFlagEndStream = 0x02;    // Connect
inline constexpr std::uint8_t kFlagWebTrailers = 0x80;  // gRPC-Web

std::string Frame(std::uint8_t flags, std::string_view payload);

/// The payloads of a body of frames. INVALID_ARGUMENT: truncated. UNIMPLEMENTED: compressed.
absl::StatusOr<std::vector<std::string_view>> ReadFrames(std::string_view body);

/// Metadata as name and value; binary values ("-bin") are raw.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// {"code":"not_found","message":"…","details":[{"type":"google.rpc.ErrorInfo","value":"…"}]}
std::string ConnectErrorJson(const grpc::Status& status);

/// The payload of the last frame of a Connect stream: {"error":…,"metadata":…}; {} without an
/// error.
std::string ConnectEndStreamJson(const grpc::Status& status, const Metadata& trailers);

/// The payload of the last frame of a gRPC-Web answer: grpc-status, grpc-message,
/// grpc-status-details-bin and metadata as header lines.
std::string WebTrailers(const grpc::Status& status, const Metadata& trailers);

/// Base64 in the form of header values and Connect details: without padding.
std::string Base64Unpadded(std::string_view bytes);
/// Reads base64 of either alphabet, padded or not, in one or several padded pieces (as
/// grpc-web-text may send); nullopt when it is not base64.
std::optional<std::string> ReadBase64(std::string_view text);

/// "1500" of Connect-Timeout-Ms (maximum ten digits); nullopt when malformed.
std::optional<absl::Duration> ReadConnectTimeout(std::string_view text);
/// "1500m" of grpc-timeout (H, M, S, m, u, n); nullopt when malformed.
std::optional<absl::Duration> ReadGrpcTimeout(std::string_view text);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_RPC_CODEC_H_
