#include "services/access/credentials.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

#include "base/strings.h"

namespace citylayers::access {

absl::StatusOr<std::string_view> CredentialOf(std::string_view authorization,
                                              std::string_view api_key) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view sent = ToStd(absl::StripAsciiWhitespace(ToAbsl(api_key)));
  const std::string_view value = ToStd(absl::StripAsciiWhitespace(ToAbsl(authorization)));
  // That of a proxy in front, which browsers repeat.
  if (value.empty() || absl::StartsWithIgnoreCase(ToAbsl(value), "basic ")) return sent;
  // The scheme's letters may have any case (RFC 9110, section 11.1).
  if (!absl::StartsWithIgnoreCase(ToAbsl(value), ToAbsl(kScheme))) {
    return absl::UnauthenticatedError("the header authorization must have the form: Bearer KEY");
  }
  const std::string_view bearer =
      ToStd(absl::StripAsciiWhitespace(ToAbsl(value.substr(kScheme.size()))));
  if (!sent.empty() && sent != bearer) {
    return absl::UnauthenticatedError(
        "the headers authorization and x-api-key have different keys: send one of them");
  }
  return bearer;
}

}  // namespace citylayers::access
