#include "services/access/jwt.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_split.h"
#include <nlohmann/json.hpp>

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::access {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kSubjectBytesMax = 100;
constexpr double kSecondsMax = 253'402'300'800;  // the year 10000

absl::Status Refused(std::string_view why) { return absl::UnauthenticatedError(ToAbsl(why)); }

// An object in base64url.
absl::StatusOr<Json> ReadObject(std::string_view text, std::string_view what) {
  std::string bytes;
  Json object;
  if (ReadBase64Url(text, &bytes)) object = Json::parse(bytes, nullptr, false);
  if (!object.is_object()) return Refused(StrCat("the token's ", what, " is not a JSON object"));
  return object;
}

bool IsText(const Json& object, const char* name, std::string_view text) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() &&
         member->get_ref<const std::string&>() == text;
}

bool HasAudience(const Json& claims, const std::string& audience) {
  const auto member = claims.find("aud");
  if (member == claims.end()) return false;
  if (member->is_string()) return member->get_ref<const std::string&>() == audience;
  return member->is_array() && std::find(member->begin(), member->end(), audience) != member->end();
}

// nullopt: not there. UNAUTHENTICATED: not a time.
absl::StatusOr<std::optional<absl::Time>> TimeOf(const Json& claims, const char* name) {
  const auto member = claims.find(name);
  if (member == claims.end()) return std::optional<absl::Time>();
  const double seconds = member->is_number() ? member->get<double>() : -1;
  if (!(seconds >= 0 && seconds < kSecondsMax)) {
    return Refused(StrCat("the token's ", name, " is not a time"));
  }
  return std::optional<absl::Time>(absl::UnixEpoch() + absl::Seconds(seconds));
}

absl::Status VerifySignature(std::string_view header_text, std::string_view signed_text,
                             std::string_view signature_text, const JwtKeys& keys) {
  ASSIGN_OR_RETURN(const Json header, ReadObject(header_text, "header"));
  // Extensions that must be understood; there are none here (RFC 7515, section 4.1.11).
  if (header.contains("crit")) return Refused("the token has the header crit");
  const auto text_of = [&header](const char* name) {
    const auto member = header.find(name);
    return member != header.end() && member->is_string() ? member->get<std::string>()
                                                         : std::string();
  };
  std::string signature;
  if (!ReadBase64Url(signature_text, &signature)) return Refused("the token is not base64url");
  return keys.Verify(text_of("alg"), text_of("kid"), signed_text, signature);
}

absl::Status CheckClaims(const Json& claims, const JwtRules& rules, absl::Time now) {
  if (!IsText(claims, "iss", rules.issuer)) return Refused("the token is of another issuer");
  if (!HasAudience(claims, rules.audience)) return Refused("the token is for another audience");
  ASSIGN_OR_RETURN(const std::optional<absl::Time> expires, TimeOf(claims, "exp"));
  ASSIGN_OR_RETURN(const std::optional<absl::Time> begins, TimeOf(claims, "nbf"));
  if (!expires) return Refused("the token has no exp");
  if (now >= *expires + rules.skew) return Refused("the token has expired");
  if (begins && now + rules.skew < *begins) return Refused("the token is not valid yet");
  return absl::OkStatus();
}

// It appears in logs.
bool IsSubject(std::string_view text) {
  return !text.empty() && text.size() <= kSubjectBytesMax &&
         std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::vector<Scope> ScopesOf(const Json& claims) {
  std::vector<Scope> scopes;
  const auto member = claims.find("scope");
  if (member == claims.end() || !member->is_string()) return scopes;
  for (const absl::string_view word :
       absl::StrSplit(member->get_ref<const std::string&>(), ' ', absl::SkipEmpty())) {
    if (scopes.size() == kJwtScopesMax) break;
    // Those of other programs, such as "openid", are among them.
    if (auto scope = ParseScope(ToStd(word)); scope.ok()) scopes.push_back(*std::move(scope));
  }
  return scopes;
}

}  // namespace

absl::StatusOr<JwtHolder> VerifyJwt(std::string_view token, const JwtKeys& keys,
                                    const JwtRules& rules, absl::Time now) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (token.size() > kJwtBytesMax || first == std::string_view::npos || first == last ||
      token.find('.', first + 1) != last) {
    return Refused(StrCat("not a token of three parts and at most ", kJwtBytesMax, " bytes"));
  }
  RETURN_IF_ERROR(
      VerifySignature(token.substr(0, first), token.substr(0, last), token.substr(last + 1), keys));
  ASSIGN_OR_RETURN(const Json claims,
                   ReadObject(token.substr(first + 1, last - first - 1), "content"));
  RETURN_IF_ERROR(CheckClaims(claims, rules, now));
  const auto subject = claims.find("sub");
  if (subject == claims.end() || !subject->is_string() ||
      !IsSubject(subject->get_ref<const std::string&>())) {
    return Refused(StrCat("the token has no sub of 1 to ", kSubjectBytesMax,
                          " bytes without control characters"));
  }
  ASSIGN_OR_RETURN(const std::optional<absl::Time> expires, TimeOf(claims, "exp"));
  return JwtHolder{
      .subject = subject->get<std::string>(), .scopes = ScopesOf(claims), .expire_time = *expires};
}

}  // namespace citylayers::access
