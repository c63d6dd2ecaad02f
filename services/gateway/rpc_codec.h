// Messages and errors of the Connect and gRPC-Web protocols, as bytes.
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

/// The method of "citylayers.layers.v1.LayerService" "GetTile" among those compiled in; nullptr
/// when there is none.
const google::protobuf::MethodDescriptor* FindMethod(std::string_view service,
                                                     std::string_view method);

/// True when calling twice is like calling once, so that GET may be used.
bool HasNoSideEffects(const google::protobuf::MethodDescriptor& method);

enum class Codec { kProto, kJson };

/// A request body as protobuf bytes. INVALID_ARGUMENT: it is not a message of this type (the
/// message says what and where).
absl::StatusOr<std::string> DecodeRequest(const google::protobuf::MethodDescriptor& method,
                                          Codec codec, std::string_view body);

/// Protobuf bytes of a response in the client's codec. INTERNAL: they are no such message.
absl::StatusOr<std::string> EncodeResponse(const google::protobuf::MethodDescriptor& method,
                                           Codec codec, std::string bytes);

// Frames: one byte of flags, four bytes of length (big-endian), the payload.
inline constexpr std::uint8_t kFlagCompressed = 0x01;
inline constexpr std::uint8_t kFlagEndStream = 0x02;    // Connect
inline constexpr std::uint8_t kFlagWebTrailers = 0x80;  // gRPC-Web

std::string Frame(std::uint8_t flags, std::string_view payload);

/// The payloads of a body of frames. INVALID_ARGUMENT: cut short. UNIMPLEMENTED: a compressed one.
absl::StatusOr<std::vector<std::string_view>> ReadFrames(std::string_view body);

/// Metadata as name and value; binary values ("-bin") are raw.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// {"code":"not_found","message":"…","details":[{"type":"google.rpc.ErrorInfo","value":"…"}]}
std::string ConnectErrorJson(const grpc::Status& status);

/// The payload of the last frame of a Connect stream: {"error":…,"metadata":…}, {} when all is
/// well.
std::string ConnectEndStreamJson(const grpc::Status& status, const Metadata& trailers);

/// The payload of the last frame of a gRPC-Web answer: grpc-status, grpc-message,
/// grpc-status-details-bin and metadata as header lines.
std::string WebTrailers(const grpc::Status& status, const Metadata& trailers);

/// Base64 as header values and Connect details have it: no padding.
std::string Base64Unpadded(std::string_view bytes);
/// Reads base64 of either alphabet, padded or not, in one or several padded pieces (as
/// grpc-web-text may send); nullopt when it is not base64.
std::optional<std::string> ReadBase64(std::string_view text);

/// "1500" of Connect-Timeout-Ms (at most ten digits); nullopt when it is none.
std::optional<absl::Duration> ReadConnectTimeout(std::string_view text);
/// "1500m" of grpc-timeout (H, M, S, m, u, n); nullopt when it is none.
std::optional<absl::Duration> ReadGrpcTimeout(std::string_view text);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_RPC_CODEC_H_
