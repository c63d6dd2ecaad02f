// The CORS policy: which origins may read which resources (Fetch standard, "CORS protocol").
#ifndef CITYLAYERS_SERVICES_GATEWAY_CORS_H_
#define CITYLAYERS_SERVICES_GATEWAY_CORS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "services/gateway/public_url.h"
#include "services/runtime/http/http_message.h"

namespace citylayers::gateway {

/// Headers of public, read-only resources: tiles, TileJSON, styles, glyphs, live streams, CAP, and
/// of the server's own errors. Any page may read and embed them; no credentials are involved.
inline constexpr std::string_view kPublicCorsHeaders =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Expose-Headers: Date, ETag, Retry-After, Warning, X-Citylayers-Stale, "
    "X-Citylayers-Version\r\n"
    "Cross-Origin-Resource-Policy: cross-origin\r\n";

/// The policy for RPC over HTTP: allows pages of the gateway's own origin and of the listed
/// origins. Immutable, thread-safe.
class CorsPolicy {
 public:
  /// Allows only the gateway's own origin.
  CorsPolicy() = default;

  /// `list`: "https://maps.example.org, http://10.0.0.7:3000", separated by commas or spaces; "*"
  /// for all. Case, a "/" at the end and the scheme's default port are normalised to what browsers
  /// send.
  /// INVALID_ARGUMENT: an item is not an origin; the message has the reason.
  static absl::StatusOr<CorsPolicy> Parse(std::string_view list);

  bool Allows(std::string_view origin) const;

  /// Whether a request that changes state is allowed: not from a page of another origin that is not
  /// in the list. Requests of programs, which send no Origin, are allowed. `own` has the gateway's
  /// own origin.
  bool AllowsWrite(const runtime::HttpRequest& request, const PublicUrl& own) const;

  /// Header lines for an answer to an RPC; without Access-Control-Allow-Origin when the request has
  /// no Origin or an origin that is not allowed (the browser then hides the answer from the page).
  std::string AnswerHeaders(const runtime::HttpRequest& request) const;

  /// The answer to an OPTIONS request: 204 with the allowed methods and headers. `rpc` false: a
  /// public resource.
  runtime::HttpResponse Preflight(const runtime::HttpRequest& request, bool rpc) const;

 private:
  bool all_ = false;
  std::vector<std::string> origins_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_CORS_H_
