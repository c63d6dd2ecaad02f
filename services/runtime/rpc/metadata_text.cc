#include "services/runtime/rpc/metadata_text.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {
namespace {

constexpr std::size_t kNameShownMax = 64;

bool IsNameByte(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

bool IsValueByte(char c) { return c >= 0x20 && c <= 0x7e; }

// Escapes a name of any bytes for a message.
std::string Shown(std::string_view name) {
  return absl::CHexEscape(ToAbsl(name.substr(0, kNameShownMax)));
}

template <std::size_t size>
bool IsOneOf(std::string_view name, const std::array<std::string_view, size>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool IsMetadataName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), IsNameByte);
}

bool IsBinaryMetadata(std::string_view name) {
  constexpr std::string_view kSuffix = "-bin";
  return name.size() > kSuffix.size() && name.ends_with(kSuffix);
}

bool IsTransportMetadata(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "content-type", "user-agent",        "te",      "host",     "connection",      "keep-alive",
      "upgrade",      "transfer-encoding", "trailer", "lb-token", "proxy-connection"};
  return name.starts_with(":") || name.starts_with("grpc-") || name.starts_with("lb-cost-") ||
         IsOneOf(name, kNames);
}

bool IsAdvisoryMetadata(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames = {"traceparent", "tracestate", "baggage",
                                                             "x-request-id", "accept-language"};
  return IsOneOf(name, kNames);
}

absl::Status CheckMetadata(std::string_view name, std::string_view value) {
  if (!IsMetadataName(name)) {
    return WithReason(
        absl::InvalidArgumentError(StrCat("header \"", Shown(name),
                                          "\" cannot be gRPC metadata: its name may have a-z, 0-9, "
                                          "\"-\", \"_\" and \".\"; rename it or leave it out")),
        kReasonBadMetadata);
  }
  if (IsBinaryMetadata(name)) return absl::OkStatus();
  const auto bad = std::find_if_not(value.begin(), value.end(), IsValueByte);
  if (bad == value.end()) return absl::OkStatus();
  return WithReason(
      absl::InvalidArgumentError(absl::StrFormat(
          "header \"%s\" cannot be gRPC metadata: byte 0x%02x at position %d of its value; values "
          "have printable ASCII (0x20 to 0x7e), and names that end in \"-bin\" carry other bytes",
          Shown(name), static_cast<unsigned char>(*bad), bad - value.begin())),
      kReasonBadMetadata);
}

}  // namespace citylayers::runtime
