#include "services/gateway/rpc_codec.h"

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>
#include <google/rpc/error_details.pb.h>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "citylayers/access/v1/access.pb.h"
#include "services/gateway/http_status.h"

namespace citylayers::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

nlohmann::ordered_json ErrorJson(const grpc::Status& status) {
  nlohmann::ordered_json json{{"code", std::string(ConnectCodeOf(status.error_code()))}};
  if (!status.error_message().empty()) json["message"] = status.error_message();
  google::rpc::Status details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details()) &&
      details.details_size() > 0) {
    auto& list = json["details"] = nlohmann::ordered_json::array();
    for (const auto& any : details.details()) {
      const std::size_t slash = any.type_url().rfind('/');
      list.push_back({{"type", any.type_url().substr(slash == std::string::npos ? 0 : slash + 1)},
                      {"value", Base64Unpadded(any.value())}});
    }
  }
  return json;
}

std::string Dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// grpc-message is percent-encoded ASCII.
std::string EncodeGrpcMessage(std::string_view text) {
  std::string out;
  for (const unsigned char c : text) {
    if (c >= 0x20 && c < 0x7f && c != '%') {
      out += static_cast<char>(c);
    } else {
      StrAppend(&out, "%", absl::AsciiStrToUpper(absl::StrCat(absl::Hex(c, absl::kZeroPad2))));
    }
  }
  return out;
}

std::string MetadataValue(const std::string& name, const std::string& value) {
  return ToStd(name).ends_with("-bin") ? Base64Unpadded(value) : value;
}

}  // namespace

const MethodDescriptor* FindMethod(std::string_view service, std::string_view method) {
  const auto* found = DescriptorPool::generated_pool()->FindServiceByName(std::string(service));
  return found == nullptr ? nullptr : found->FindMethodByName(std::string(method));
}

bool HasNoSideEffects(const MethodDescriptor& method) {
  return method.options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
}

bool IsReadOnly(const google::protobuf::MethodDescriptor& method) {
  return HasNoSideEffects(method) ||
         method.options().GetExtension(citylayers::access::v1::method_access).changes_own_stream();
}

absl::StatusOr<std::string> DecodeRequest(const MethodDescriptor& method, Codec codec,
                                          std::string_view body) {
  const std::unique_ptr<Message> message = NewMessage(method.input_type());
  if (codec == Codec::kProto) {
    if (!message->ParseFromArray(body.data(), static_cast<int>(body.size()))) {
      return absl::InvalidArgumentError(
          StrCat("the request is not a protobuf ", method.input_type()->full_name()));
    }
    return std::string(body);
  }
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // newer clients may send more fields
  const std::string text(body.empty() ? std::string_view("{}") : body);
  const auto status = google::protobuf::util::JsonStringToMessage(text, message.get(), options);
  if (!status.ok()) {
    return absl::InvalidArgumentError(StrCat("the request is not JSON of ",
                                             method.input_type()->full_name(), ": ",
                                             std::string(status.message())));
  }
  return message->SerializeAsString();
}

absl::StatusOr<std::string> EncodeResponse(const MethodDescriptor& method, Codec codec,
                                           std::string bytes) {
  if (codec == Codec::kProto) return bytes;
  const std::unique_ptr<Message> message = NewMessage(method.output_type());
  std::string json;
  if (!message->ParseFromString(bytes) ||
      !google::protobuf::util::MessageToJsonString(*message, &json).ok()) {
    return absl::InternalError(
        StrCat("the backend's answer is not a ", method.output_type()->full_name()));
  }
  return json;
}

std::string Frame(std::uint8_t flags, std::string_view payload) {
  std::string frame;
  frame.reserve(payload.size() + 5);
  frame += static_cast<char>(flags);
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame += static_cast<char>(payload.size() >> shift & 0xff);
  }
  frame += payload;
  return frame;
}

absl::StatusOr<std::vector<std::string_view>> ReadFrames(std::string_view body) {
  constexpr std::size_t kHeaderBytes = 5;
  constexpr std::size_t kFramesMax = 1000;
  std::vector<std::string_view> frames;
  while (!body.empty()) {
    if (body.size() < kHeaderBytes) {
      return absl::InvalidArgumentError("the request ends inside a frame's header");
    }
    if ((body[0] & kFlagCompressed) != 0) {
      return absl::UnimplementedError(
          "compressed messages are not supported; send them as identity");
    }
    std::size_t size = 0;
    for (std::size_t i = 1; i < kHeaderBytes; ++i) {
      size = size << 8 | static_cast<unsigned char>(body[i]);
    }
    body.remove_prefix(kHeaderBytes);
    if (body.size() < size) {
      return absl::InvalidArgumentError(
          StrCat("the request ends inside a frame: ", body.size(), " of ", size, " bytes arrived"));
    }
    // An empty frame takes 5 bytes and becomes a whole message.
    if (frames.size() == kFramesMax) {
      return absl::InvalidArgumentError(
          StrCat("the request has more than ", kFramesMax,
                 " messages: send them in several requests, or over gRPC"));
    }
    frames.push_back(body.substr(0, size));
    body.remove_prefix(size);
  }
  return frames;
}

std::string ConnectErrorJson(const grpc::Status& status) { return Dump(ErrorJson(status)); }

std::string ConnectEndStreamJson(const grpc::Status& status, const Metadata& trailers) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!status.ok()) json["error"] = ErrorJson(status);
  for (const auto& [name, value] : trailers) {
    json["metadata"][name].push_back(MetadataValue(name, value));
  }
  return Dump(json);
}

std::string WebTrailers(const grpc::Status& status, const Metadata& trailers) {
  std::string lines = StrCat("grpc-status: ", static_cast<int>(status.error_code()), "\r\n");
  if (!status.error_message().empty()) {
    StrAppend(&lines, "grpc-message: ", EncodeGrpcMessage(status.error_message()), "\r\n");
  }
  if (!status.error_details().empty()) {
    StrAppend(&lines, "grpc-status-details-bin: ", Base64Unpadded(status.error_details()), "\r\n");
  }
  for (const auto& [name, value] : trailers) {
    StrAppend(&lines, name, ": ", MetadataValue(name, value), "\r\n");
  }
  return lines;
}

std::string Base64Unpadded(std::string_view bytes) {
  std::string text = absl::Base64Escape(ToAbsl(bytes));
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

std::optional<std::string> ReadBase64(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    // One piece ends with its padding.
    std::size_t end = text.find('=');
    if (end == std::string_view::npos) {
      end = text.size();
    } else {
      while (end < text.size() && text[end] == '=') ++end;
    }
    std::string piece(text.substr(0, end));
    std::replace(piece.begin(), piece.end(), '-', '+');
    std::replace(piece.begin(), piece.end(), '_', '/');
    std::string bytes;
    if (!absl::Base64Unescape(piece, &bytes)) return std::nullopt;
    out += bytes;
    text.remove_prefix(end);
  }
  return out;
}

std::optional<absl::Duration> ReadConnectTimeout(std::string_view text) {
  std::uint64_t ms = 0;
  if (text.size() > 10 || !absl::SimpleAtoi(ToAbsl(text), &ms)) return std::nullopt;
  return absl::Milliseconds(ms);
}

std::optional<absl::Duration> ReadGrpcTimeout(std::string_view text) {
  std::uint64_t count = 0;
  if (text.size() < 2 || text.size() > 9 ||
      !absl::SimpleAtoi(ToAbsl(text.substr(0, text.size() - 1)), &count)) {
    return std::nullopt;
  }
  switch (text.back()) {
    case 'H':
      return absl::Hours(count);
    case 'M':
      return absl::Minutes(count);
    case 'S':
      return absl::Seconds(count);
    case 'm':
      return absl::Milliseconds(count);
    case 'u':
      return absl::Microseconds(count);
    case 'n':
      return absl::Nanoseconds(count);
    default:
      return std::nullopt;
  }
}

}  // namespace citylayers::gateway
