// The address by which clients know the gateway, also behind proxies.
#ifndef CITYLAYERS_SERVICES_GATEWAY_PUBLIC_URL_H_
#define CITYLAYERS_SERVICES_GATEWAY_PUBLIC_URL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "services/runtime/http/http_message.h"
#include "services/runtime/http/ip_list.h"

namespace citylayers::gateway {

/// Makes the addresses in TileJSON, styles and feeds. In this order:
///  1. the configured address;
///  2. X-Forwarded-Host, -Proto, -Port and -Prefix, then Forwarded, of a request whose peer is this
///     machine or a trusted proxy: their first item, in any case;
///  3. the Host header.
/// Immutable, thread-safe.
class PublicUrl {
 public:
  /// No configured address; only this machine is trusted.
  PublicUrl() = default;

  /// `url` "" or such as "https://maps.example.org/city"; `trusted_proxies` as IpList takes them.
  /// INVALID_ARGUMENT names the option, gateway.public_url or gateway.trusted_proxies.
  static absl::StatusOr<PublicUrl> Make(std::string_view url, std::string_view trusted_proxies);

  /// "https://maps.example.org/city", without a slash at the end; "" when the request's host has
  /// characters that no host has.
  std::string BaseOf(const runtime::HttpRequest& request) const;

  /// Whether an Origin header ("https://maps.example.org") is that of the page which this gateway
  /// serves.
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
