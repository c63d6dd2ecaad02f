// The caller of an HTTP request, and its rights.
#ifndef CITYLAYERS_SERVICES_GATEWAY_REQUEST_ACCESS_H_
#define CITYLAYERS_SERVICES_GATEWAY_REQUEST_ACCESS_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/access/access_control.h"
#include "services/access/principal.h"
#include "services/gateway/public_url.h"
#include "services/gateway/rpc_codec.h"
#include "services/runtime/http/http_message.h"
#include "services/runtime/http/http_responder.h"
#include "services/runtime/http/trusted_proxies.h"
#include "services/runtime/timer.h"

namespace citylayers::gateway {

/// What a route takes besides the headers of a key.
struct RouteAccess {
  /// The query parameter `key` counts as well; only for tiles, because addresses are stored and
  /// logged in many places.
  bool takes_url_key = false;
  bool is_stream = false;  // for the limit of open streams
};

/// Identifies the callers of HTTP requests and applies their limits; checks the routes that are not
/// methods of the API: tiles, live streams, feeds. The errors of these can be read by every page,
/// as their content. Thread-safe.
class RequestAccess {
 public:
  /// The arguments must outlive it. `proxies`: report the addresses of their clients. `timer`:
  /// for streams that pause.
  RequestAccess(const access::AccessControl& control, const PublicUrl& public_url,
                runtime::TrustedProxies proxies, runtime::Timer& timer)
      : control_(control), public_url_(public_url), proxies_(std::move(proxies)), timer_(timer) {}

  using Caller = std::shared_ptr<const access::Principal>;

  /// The caller of a request, by its headers `authorization` and `x-api-key`, or else by the cookie
  /// of its session, which counts only for the gateway's own pages, or else by the certificate of
  /// its connection. Errors as
  /// AccessControl::Identify, with their reasons; RESOURCE_EXHAUSTED: its address sends too many
  /// invalid keys. PERMISSION_DENIED: a request with a session that is not a GET lacks the
  /// header x-csrf-token or the Origin of the gateway's pages.
  absl::StatusOr<Caller> Identify(const runtime::HttpRequest& request) const;
  /// The same by a key.
  absl::StatusOr<Caller> IdentifyKey(const runtime::HttpRequest& request,
                                     std::string_view key) const;
  /// The client's address, without a port.
  std::string AddressOf(const runtime::HttpRequest& request) const;

  /// A header line that removes the cookie of a request whose caller was not identified; empty: it
  /// has none, or `why` is another error. Without it the browser would send the cookie again.
  std::string SignedOutLine(const runtime::HttpRequest& request, const absl::Status& why) const;

  /// Takes a request, and a stream, from the caller's limits, and makes `responder` charge the
  /// answer to them. RESOURCE_EXHAUSTED: the caller exceeds one of them.
  absl::Status TakeFromLimits(const runtime::HttpRequest& request, const access::Principal& caller,
                              bool is_stream, runtime::Responder& responder) const;

  /// The metadata of a call that is passed on for this request: who sent it
  /// (runtime/rpc/forwarded_call.h).
  void AddForwarded(const runtime::HttpRequest& request, const access::Principal& caller,
                    Metadata& metadata) const;

  /// The caller when it may do all of this, within its limits; otherwise nullptr: it was answered
  /// with 401, 403, 429 or 503, and `responder` is used up.
  Caller Admit(const runtime::HttpRequest& request, const std::vector<access::Need>& needs,
               runtime::Responder& responder, RouteAccess route) const;

  /// The Cache-Control of an answer that needs this: "public, …" as given when callers without a
  /// key get it too, else "private, …", because a shared cache would give it to them.
  std::string CacheControl(std::string_view public_text, const access::Need& need) const;
  /// Header lines of an answer that needs this: those of CORS, and for private ones Vary, so that a
  /// browser does not give it to the next user of the machine.
  std::string Headers(const access::Need& need) const;

 private:
  absl::StatusOr<Caller> Check(const runtime::HttpRequest& request,
                               const std::vector<access::Need>& needs, bool takes_url_key) const;
  absl::StatusOr<Caller> IdentifySession(const runtime::HttpRequest& request,
                                         std::string_view text) const;
  absl::Status CheckCsrf(const runtime::HttpRequest& request, const access::Session& session) const;
  // The error of invalid credentials, with its reason; an address may send a few.
  absl::Status Unidentified(const runtime::HttpRequest& request, const absl::Status& why,
                            std::string_view reason) const;

  const access::AccessControl& control_;
  const PublicUrl& public_url_;
  const runtime::TrustedProxies proxies_;
  runtime::Timer& timer_;
};

/// Reading a layer, "traffic".
inline access::Need ReadingLayer(std::string_view id) {
  return {.permission = access::Permission::kLayersRead, .resource = std::string(id)};
}
/// Reading what belongs to all layers: the clock, notices.
inline access::Need ReadingAnyLayer() {
  return {.permission = access::Permission::kLayersRead, .takes_limited = true};
}
inline access::Need ReadingAlerts() { return {.permission = access::Permission::kAlertsRead}; }

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_REQUEST_ACCESS_H_
