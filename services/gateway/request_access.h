// Who sends an HTTP request, and what it may do.
#ifndef CITYLAYERS_SERVICES_GATEWAY_REQUEST_ACCESS_H_
#define CITYLAYERS_SERVICES_GATEWAY_REQUEST_ACCESS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/access/access_control.h"
#include "services/access/principal.h"
#include "services/runtime/http/http_message.h"
#include "services/runtime/http/http_responder.h"

namespace citylayers::gateway {

/// The caller of a request, by its headers `authorization` and `x-api-key`, else by the certificate
/// of its connection. Errors as AccessControl::Identify and IdentifyCertificate, with their
/// reasons.
absl::StatusOr<std::shared_ptr<const access::Principal>> CallerOf(
    const runtime::HttpRequest& request, const access::AccessControl& control);

/// The checks of routes that are not methods of the API: tiles, live streams, feeds. Their errors
/// can be read by every page, as their content. Thread-safe.
class RequestAccess {
 public:
  /// `control` must outlive it.
  explicit RequestAccess(const access::AccessControl& control) : control_(control) {}

  /// The caller when it may do all of this; otherwise nullptr: it was answered with 401, 403 or
  /// 503, and `responder` is used up. `takes_url_key`: the query parameter `key` counts as well;
  /// only for tiles, because addresses are stored and logged in many places.
  std::shared_ptr<const access::Principal> Admit(const runtime::HttpRequest& request,
                                                 const std::vector<access::Need>& needs,
                                                 runtime::Responder& responder,
                                                 bool takes_url_key = false) const;

  /// The Cache-Control of an answer that needs this: "public, …" as given when callers without a
  /// key get it too, else "private, …", because a shared cache would give it to them.
  std::string CacheControl(std::string_view public_text, const access::Need& need) const;
  /// Header lines of an answer that needs this: those of CORS, and for private ones Vary, so that a
  /// browser does not give it to the next user of the machine.
  std::string Headers(const access::Need& need) const;

 private:
  absl::StatusOr<std::shared_ptr<const access::Principal>> Check(
      const runtime::HttpRequest& request, const std::vector<access::Need>& needs,
      bool takes_url_key) const;

  const access::AccessControl& control_;
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
