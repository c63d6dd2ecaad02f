#include "services/gateway/session_cookie.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"

#include "base/strings.h"

namespace citylayers::gateway {
namespace {

std::string_view NameOf(bool is_https) {
  return is_https ? "__Host-citylayers_session" : "citylayers_session";
}

std::string CookieLine(std::string_view text, std::int64_t max_age_s, bool is_https) {
  std::string line;
  runtime::AppendHeader(line, "Set-Cookie",
                        StrCat(NameOf(is_https), "=", text, "; Path=/; Max-Age=", max_age_s,
                               "; HttpOnly; SameSite=Strict", is_https ? "; Secure" : ""));
  return line;
}

std::string_view Trimmed(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

}  // namespace

bool IsHttps(const runtime::HttpRequest& request, const PublicUrl& own) {
  return own.BaseOf(request).starts_with("https://");
}

std::optional<std::string> SessionIn(const runtime::HttpRequest& request, bool is_https) {
  const std::string_view name = NameOf(is_https);
  std::optional<std::string> found;
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    auto [header, rest] = request.header(i);
    if (!runtime::EqualsIgnoreCase(header, "cookie")) continue;
    while (!rest.empty()) {
      const std::string_view pair = Trimmed(rest.substr(0, rest.find(';')));
      rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
      if (!pair.starts_with(name) || pair.substr(name.size(), 1) != "=") continue;
      found = found ? std::string() : std::string(pair.substr(name.size() + 1));
    }
  }
  return found;
}

std::string SetCookieLine(std::string_view text, absl::Duration life, bool is_https) {
  return CookieLine(text, absl::ToInt64Seconds(life), is_https);
}

std::string RemoveCookieLine(bool is_https) { return CookieLine("", 0, is_https); }

bool IsForeign(const runtime::HttpRequest& request, const PublicUrl& own) {
  const std::string_view site = request.Header("sec-fetch-site");
  if (site == "cross-site" || site == "same-site") return true;
  const std::string_view origin = request.Header("origin");
  return !origin.empty() && !own.IsOwnOrigin(request, origin);
}

}  // namespace citylayers::gateway
