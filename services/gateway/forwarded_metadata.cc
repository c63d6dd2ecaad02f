#include "services/gateway/forwarded_metadata.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/forwarded_call.h"
#include "services/runtime/rpc/metadata_text.h"

namespace citylayers::gateway {
namespace {

bool IsForwarded(std::string_view name) {
  return name == "authorization" || name == "x-api-key" || name == "x-request-id" ||
         name == "traceparent" || name == "tracestate" || name == "accept-language" ||
         name.starts_with("x-citylayers-");
}

absl::Status Append(std::string name, std::string value, Metadata& metadata) {
  if (absl::Status status = runtime::CheckMetadata(name, value); !status.ok()) {
    return runtime::IsAdvisoryMetadata(name) ? absl::OkStatus() : status;
  }
  metadata.emplace_back(std::move(name), std::move(value));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Metadata> ForwardedHeaders(const runtime::HttpRequest& request) {
  Metadata metadata;
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    const auto [name, text] = request.header(i);
    std::string key = absl::AsciiStrToLower(std::string(name));
    if (!IsForwarded(key)) continue;
    std::string value(text);
    if (runtime::IsBinaryMetadata(key)) {
      std::optional<std::string> bytes = ReadBase64(value);
      if (!bytes) {
        return runtime::WithReason(
            absl::InvalidArgumentError(
                StrCat("header \"", key, "\" is not base64, as names that end in \"-bin\" need")),
            runtime::kReasonBadMetadata);
      }
      value = *std::move(bytes);
    }
    RETURN_IF_ERROR(Append(std::move(key), std::move(value), metadata));
  }
  return metadata;
}

absl::StatusOr<Metadata> ForwardedMetadata(const MetadataMap& received) {
  Metadata metadata;
  for (const auto& [name, value] : received) {
    std::string key(name.data(), name.size());
    if (runtime::IsTransportMetadata(key)) continue;
    // Only a gateway may set these, and it knows better.
    if (ToStd(key).starts_with(runtime::kForwardedPrefix)) continue;
    RETURN_IF_ERROR(Append(std::move(key), std::string(value.data(), value.size()), metadata));
  }
  return metadata;
}

void SetCredential(std::string_view credential, Metadata& metadata) {
  if (credential.empty()) return;
  std::erase_if(metadata, [](const auto& entry) {
    return entry.first == "authorization" || entry.first == "x-api-key";
  });
  metadata.emplace_back("authorization", StrCat("Bearer ", credential));
}

Metadata ReturnedMetadata(const MetadataMap& received) {
  Metadata metadata;
  for (const auto& [name, value] : received) {
    std::string key(name.data(), name.size());
    // Over HTTP they become headers; only the gateway sets those that frame the answer.
    const bool framing = key == "date" || key == "server" || ToStd(key).starts_with("content-");
    if (runtime::IsTransportMetadata(key) || framing) continue;
    std::string text(value.data(), value.size());
    if (!runtime::CheckMetadata(key, text).ok()) continue;
    metadata.emplace_back(std::move(key), std::move(text));
  }
  return metadata;
}

}  // namespace citylayers::gateway
