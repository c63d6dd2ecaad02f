// /session: people sign in with a key, and sign out.
#ifndef CITYLAYERS_SERVICES_GATEWAY_SESSION_HANDLER_H_
#define CITYLAYERS_SERVICES_GATEWAY_SESSION_HANDLER_H_

#include <memory>

#include "absl/time/time.h"

#include "citylayers/access/v1/key_service.grpc.pb.h"
#include "services/access/access_control.h"
#include "services/gateway/backends.h"
#include "services/gateway/public_url.h"
#include "services/gateway/request_access.h"
#include "services/runtime/http/http_responder.h"
#include "services/runtime/rpc/call_group.h"

namespace citylayers::gateway {

/// Exchanges a key for a cookie, which browsers send with every request and which scripts cannot
/// read. Answers only the gateway's own pages, in JSON:
///   {"signed_in":true,"principal":"night desk 1","scopes":["alerts:operate"],
///    "expire_time":"2026-11-30T01:00:00Z","csrf_token":"..."}
/// Thread-safe; never blocks.
class SessionHandler {
 public:
  struct Options {
    absl::Duration life = absl::Hours(12);  // of a session; it ends with its key if that is earlier
    absl::Duration timeout = absl::Seconds(5);  // of the call that ends a session
  };
  /// The references must outlive it. The destructor waits for calls under way.
  SessionHandler(Options options, const Backends& backends, const access::AccessControl& control,
                 const RequestAccess& access, const PublicUrl& public_url);

  /// POST /session, {"key":"clk_..."}: 200 with the cookie; 400, 401, 403, 415, 429.
  void SignIn(const runtime::HttpRequest& request, runtime::Responder responder) const;
  /// GET /session: 200, {"signed_in":false,"scopes":[...]} without a session.
  void Show(const runtime::HttpRequest& request, runtime::Responder responder) const;
  /// DELETE /session with the CSRF token: 204 once the session has ended in the whole city; 503:
  /// it has not.
  void SignOut(const runtime::HttpRequest& request, runtime::Responder responder);

 private:
  const Options options_;
  const access::AccessControl& control_;
  const RequestAccess& access_;
  const PublicUrl& public_url_;
  std::unique_ptr<access::v1::KeyService::Stub> keys_;  // nullptr: no process has the keys
  runtime::CallGroup calls_;  // last: its destructor waits for callbacks that use the others
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_SESSION_HANDLER_H_
