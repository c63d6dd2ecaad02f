#include "services/access/network.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace citylayers::access {
namespace {

// The number that `count` bytes are, most significant first.
std::uint64_t NumberOf(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) number = number << 8 | bytes[i];
  return number;
}

}  // namespace

std::optional<Network> NetworkOf(std::string_view address) {
  // Without the name of a link. inet_pton takes a text that ends with a zero.
  const std::string text(address.substr(0, address.find('%')));
  std::array<std::uint8_t, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return Network{.prefix = NumberOf(bytes.data(), 4), .is_ipv6 = false};
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::nullopt;
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    return Network{.prefix = NumberOf(bytes.data() + kMapped.size(), 4), .is_ipv6 = false};
  }
  return Network{.prefix = NumberOf(bytes.data(), 8), .is_ipv6 = true};
}

}  // namespace citylayers::access
