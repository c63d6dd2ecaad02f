#include "services/keys/key_fields.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

#include "base/rfc3339.h"
#include "base/strings.h"
#include "base/text.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::keys {
namespace {

using runtime::BadField;

// REQUIRES: UTF-8, so that the bytes of one character cannot be found across two others.
bool HasControlCharacter(std::string_view text) {
  const bool has_ascii = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  // U+0080 to U+009F.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\xC2' && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return has_ascii || text.find("\u2028") != std::string_view::npos ||
         text.find("\u2029") != std::string_view::npos;
}

std::size_t Characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

absl::Status CheckPrincipal(std::string_view principal) {
  if (principal.find_first_not_of(' ') == std::string_view::npos) {
    return BadField("principal", "is empty: name the person or device that will hold the key");
  }
  if (!IsUtf8(principal)) return BadField("principal", "is not UTF-8");
  if (HasControlCharacter(principal)) {
    return BadField("principal", "has a control character or a line end: write it on one line");
  }
  if (const std::size_t count = Characters(principal); count > kPrincipalCharactersMax) {
    return BadField("principal", StrCat("has ", count, " characters; at most ",
                                        kPrincipalCharactersMax, " are accepted: shorten it"));
  }
  const absl::string_view name = absl::StripAsciiWhitespace(ToAbsl(principal));
  for (const std::string_view reserved : {kAnonymousName, kProcessName}) {
    if (absl::EqualsIgnoreCase(name, ToAbsl(reserved))) {
      return BadField("principal", StrCat("\"", reserved,
                                          "\" is reserved: logs name callers without an API key "
                                          "that way; choose another name"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<access::Scope>> ReadScopes(absl::Span<const std::string> texts) {
  if (texts.empty()) {
    return BadField("scopes", "is empty: name at least one, such as layers:read or readings:write");
  }
  if (texts.size() > kScopesMax) {
    return BadField("scopes", StrCat("has ", texts.size(), " scopes; at most ", kScopesMax,
                                     " are accepted: use patterns, or more keys"));
  }
  std::vector<access::Scope> scopes;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string field = StrCat("scopes[", i, "]");
    if (texts[i].size() > kScopeBytesMax) {
      return BadField(field, StrCat("has ", texts[i].size(), " bytes; at most ", kScopeBytesMax,
                                    " are accepted"));
    }
    if (!IsUtf8(texts[i])) return BadField(field, "is not UTF-8");
    absl::StatusOr<access::Scope> scope = access::ParseScope(texts[i]);
    if (!scope.ok()) return BadField(field, ToStd(scope.status().message()));
    scopes.push_back(*std::move(scope));
  }
  return scopes;
}

absl::Status CheckCertificateName(std::string_view name) {
  constexpr std::string_view kField = "certificate_name";
  if (name.empty() || name.size() > kCertificateNameBytesMax) {
    return BadField(kField, StrCat("has ", name.size(), " bytes; 1 to ", kCertificateNameBytesMax,
                                   " are accepted"));
  }
  // The form of RFC 2253 writes all others with a backslash.
  if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c < 0x7f; })) {
    return BadField(kField,
                    "has a character outside printable ASCII: write it as `openssl x509 -noout "
                    "-subject -nameopt RFC2253` does");
  }
  for (const std::string_view prefix : {"DNS:", "URI:"}) {
    if (!name.starts_with(prefix)) continue;
    if (name.size() > prefix.size()) return absl::OkStatus();
    return BadField(kField, StrCat("has nothing after ", prefix));
  }
  const std::size_t equals = name.find('=');
  if (equals != 0 && equals != std::string_view::npos) return absl::OkStatus();
  return BadField(kField,
                  "is neither a subject, such as CN=gateway-7,O=City, nor DNS:NAME or URI:ADDRESS");
}

absl::Status CheckExpireTime(absl::Time expire_time, absl::Time now) {
  if (expire_time > now) return absl::OkStatus();
  return BadField("expire_time",
                  StrCat(Rfc3339(expire_time), " has passed: give a time in the future"));
}

absl::Status CheckOverlap(absl::Duration overlap) {
  if (overlap >= absl::ZeroDuration() && overlap <= kOverlapMax) return absl::OkStatus();
  return BadField("overlap", StrCat(absl::FormatDuration(overlap),
                                    " is not in the range of 0 to 90 days (2160h)"));
}

absl::Status CheckLimits(const access::KeyLimits& limits) {
  const std::pair<std::string_view, const std::optional<std::int64_t>&> fields[] = {
      {"limits.calls_per_second", limits.calls_per_s},
      {"limits.streams_max", limits.streams_max},
      {"limits.readings_per_second", limits.readings_per_s},
      {"limits.bytes_per_second", limits.bytes_per_s}};
  for (const auto& [field, value] : fields) {
    if (value && (*value < 0 || *value > kLimitMax)) {
      return BadField(field, StrCat(*value, " is not in the range of 0 (no limit) to ", kLimitMax));
    }
  }
  return absl::OkStatus();
}

}  // namespace citylayers::keys
