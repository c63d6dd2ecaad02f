// The cookie of a session.
#ifndef CITYLAYERS_SERVICES_GATEWAY_SESSION_COOKIE_H_
#define CITYLAYERS_SERVICES_GATEWAY_SESSION_COOKIE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "services/gateway/public_url.h"
#include "services/runtime/http/http_message.h"

namespace citylayers::gateway {

/// Whether people reach the gateway by https. Its cookie is then Secure and has the prefix __Host-,
/// which keeps other hosts of the domain from setting it; by http browsers refuse both.
bool IsHttps(const runtime::HttpRequest& request, const PublicUrl& own);

/// The text of the session in a request; empty: more than one, of which another host may have set
/// one; nullopt: none.
std::optional<std::string> SessionIn(const runtime::HttpRequest& request, bool is_https);

/// Header lines that set the cookie for `life`, and that remove it: HttpOnly, SameSite=Strict.
std::string SetCookieLine(std::string_view text, absl::Duration life, bool is_https);
std::string RemoveCookieLine(bool is_https);

/// Whether a browser has sent the request for a page of another origin. Programs send neither
/// Origin nor Sec-Fetch-Site.
bool IsForeign(const runtime::HttpRequest& request, const PublicUrl& own);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_SESSION_COOKIE_H_
