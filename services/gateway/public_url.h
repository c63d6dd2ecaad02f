// The public address of the gateway, including behind proxies.
#ifndef CITYLAYERS_SERVICES_GATEWAY_PUBLIC_URL_H_
#define CITYLAYERS_SERVICES_GATEWAY_PUBLIC_URL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "services/runtime/http/http_message.h"
#include "services/runtime/http/ip_list.h"

namespace citylayers::gateway {

/// Builds the addresses in TileJSON, styles and feeds. Sources, in this order:
///  1. the configured address;
///  2. X-Forwarded-Host, -Proto, -Port and -Prefix, then Forwarded, of a request whose peer is this
///     machine or a trusted proxy: their first item, in any case;
///  3. the Host header, with https when the request came over TLS.
/// Immutable, thread-safe.
class PublicUrl {
 public:
  /// No configured address; trusts only this machine.
  PublicUrl() = default;

  /// `url` is "" or an address such as "https://maps.example.org/city"; `trusted_proxies` has the
  /// format of IpList. INVALID_ARGUMENT names the option, gateway.public_url or
  /// gateway.trusted_proxies.
  static absl::StatusOr<PublicUrl> Make(std::string_view url, std::string_view trusted_proxies);

  /// "https://maps.example.org/city", without a slash at the end; "" when the request's host has
  /// characters that are invalid in host names.
  std::string BaseOf(const runtime::HttpRequest& request) const;

  /// Whether an Origin header ("https://maps.example.org") is the origin of the gateway's page.
  bool IsOwnOrigin(const runtime::HttpRequest& request, std::string_view origin) const;

  /// The host of the configured address; "" when there is none.
  std::string configured_host() const;

 private:
  bool Trusts(const runtime::HttpRequest& request) const;

  std::string url_;
  runtime::IpList proxies_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_PUBLIC_URL_H_
