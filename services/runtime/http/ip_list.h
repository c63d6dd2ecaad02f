// A list of IP addresses and networks.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_IP_LIST_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_IP_LIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace citylayers::runtime {

/// A list such as "10.0.0.7, 10.1.0.0/16 fd00::/8". An IPv4 address mapped into IPv6 matches as the
/// IPv4 address. Immutable, thread-safe.
class IpList {
 public:
  /// INVALID_ARGUMENT: an item is neither an address nor a network; the message
  /// begins with `option`.
  static absl::StatusOr<IpList> Parse(std::string_view list, std::string_view option);

  /// True when an address ("10.1.2.3", "fd00::1") is in the list. False for other text.
  bool Contains(std::string_view address) const;

 private:
  struct Network {
    std::string bytes;  // the address: 4 or 16 bytes
    unsigned bits = 0;  // length of the prefix
  };
  std::vector<Network> networks_;
};

/// Returns "10.1.2.3" for "10.1.2.3:5000" and "fd00::1" for "[fd00::1]:5000".
std::string_view AddressOfPeer(std::string_view peer);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_IP_LIST_H_
