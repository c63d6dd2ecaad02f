// The client's address of a request that came through proxies.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_TRUSTED_PROXIES_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_TRUSTED_PROXIES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "services/runtime/http/ip_list.h"

namespace citylayers::runtime {

/// Proxies that report the addresses of their clients: those of a list, and this machine. Each
/// appends the address of its client to X-Forwarded-For, so that the last address that is not a
/// proxy's is the client's; those before it were sent by the client, who may have invented them.
/// Immutable, thread-safe.
class TrustedProxies {
 public:
  static constexpr int kHopsMax = 32;

  /// Trusts only this machine.
  TrustedProxies() = default;
  /// `list`, `option` and errors: IpList::Parse.
  static absl::StatusOr<TrustedProxies> Parse(std::string_view list, std::string_view option);

  /// `peer`: the address of the connection, without a port. `x_forwarded_for` and `forwarded` (RFC
  /// 7239): the values of these headers, joined by commas; the second counts only without the
  /// first. At most kHopsMax proxies are followed. An entry that is not an address ends the search:
  /// the result is the address of the last proxy before it.
  std::string ClientOf(std::string_view peer, std::string_view x_forwarded_for,
                       std::string_view forwarded) const;

 private:
  bool Trusts(std::string_view address) const;

  IpList proxies_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_TRUSTED_PROXIES_H_
