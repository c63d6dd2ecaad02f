// Which pages of other origins may read what (Fetch standard, "CORS protocol").
#ifndef CITYLAYERS_SERVICES_GATEWAY_CORS_H_
#define CITYLAYERS_SERVICES_GATEWAY_CORS_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/runtime/http/http_message.h"

namespace citylayers::gateway {

/// Of public, read-only resources: tiles, TileJSON, styles, live streams, CAP. Any page may read
/// them; no credentials are involved.
inline constexpr std::string_view kPublicCorsHeaders =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Expose-Headers: ETag, X-Citylayers-Version, X-Citylayers-Stale\r\n";

/// The policy for RPC over HTTP: pages of our own origin, and of the origins in the list
/// ("https://maps.example.org"; "*" for all). Immutable, thread-safe.
class CorsPolicy {
 public:
  explicit CorsPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  /// "a,b" or "a b".
  static CorsPolicy Parse(std::string_view list);

  bool Allows(std::string_view origin) const;

  /// Header lines for an answer to an RPC; "" when the request has no Origin or it is not allowed
  /// (the browser then keeps the answer from the page).
  std::string AnswerHeaders(const runtime::HttpRequest& request) const;

  /// The answer to an OPTIONS request: 204, with what is allowed. `rpc` false: a public resource.
  runtime::HttpResponse Preflight(const runtime::HttpRequest& request, bool rpc) const;

 private:
  std::vector<std::string> origins_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_CORS_H_
