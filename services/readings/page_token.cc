#include "services/readings/page_token.h"

#include <memory>

#include "absl/strings/escaping.h"
#include <google/protobuf/descriptor.h>

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"
#include "storage/bytes/checksum.h"

namespace citylayers::readings {
namespace {

constexpr std::size_t kFingerprintBytes = 8;

// Hash of the request fields that must not change between pages, and of the position in the list.
std::string Fingerprint(const google::protobuf::Message& request, std::string_view position) {
  const std::unique_ptr<google::protobuf::Message> arguments(request.New());
  arguments->CopyFrom(request);
  for (const char* field : {"page_size", "page_token"}) {
    arguments->GetReflection()->ClearField(arguments.get(),
                                           arguments->GetDescriptor()->FindFieldByName(field));
  }
  const std::string text =
      StrCat(request.GetTypeName(), "\n", position, "\n", arguments->SerializeAsString());
  return StrCat(absl::Hex(storage::RowChecksum(text), absl::kZeroPad8));
}

}  // namespace

std::string MakePageToken(const google::protobuf::Message& request, std::string_view position) {
  return absl::WebSafeBase64Escape(StrCat(Fingerprint(request, position), position));
}

absl::StatusOr<std::string> ReadPageToken(const google::protobuf::Message& request,
                                          std::string_view token) {
  if (token.empty()) return std::string();
  std::string bytes, position;
  const bool is_base64 = absl::WebSafeBase64Unescape(ToAbsl(token), &bytes);
  if (bytes.size() > kFingerprintBytes) position = bytes.substr(kFingerprintBytes);
  if (!is_base64 || bytes != Fingerprint(request, position) + position) {
    return runtime::WithReason(
        absl::InvalidArgumentError(
            "page_token: does not belong to this request; begin with the first page"),
        runtime::kReasonBadPageToken);
  }
  return position;
}

}  // namespace citylayers::readings
