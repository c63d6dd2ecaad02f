// The network that an address belongs to, for limits.
#ifndef CITYLAYERS_SERVICES_ACCESS_NETWORK_H_
#define CITYLAYERS_SERVICES_ACCESS_NETWORK_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace citylayers::access {

/// An IPv4 address, or the /64 network of an IPv6 address: a household or a server has a whole one,
/// and can send from any of its addresses.
struct Network {
  std::uint64_t prefix = 0;
  bool is_ipv6 = false;

  friend bool operator==(const Network&, const Network&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Network& network) {
    return H::combine(std::move(h), network.prefix, network.is_ipv6);
  }
};

/// Of an address without a port: "10.1.2.3", "2001:db8::7", "fe80::1%eth0"; an IPv4 address mapped
/// into IPv6 counts as the IPv4 address. nullopt: other text.
std::optional<Network> NetworkOf(std::string_view address);

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_NETWORK_H_
