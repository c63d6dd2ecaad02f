#include "services/runtime/http/ip_list.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include <boost/asio/ip/address.hpp>

#include "base/strings.h"

namespace citylayers::runtime {
namespace {

namespace ip = boost::asio::ip;

std::optional<std::string> BytesOf(std::string_view text) {
  boost::system::error_code error;
  ip::address address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return std::string(bytes.begin(), bytes.end());
  }
  const auto bytes = address.to_v6().to_bytes();
  return std::string(bytes.begin(), bytes.end());
}

bool SamePrefix(std::string_view a, std::string_view b, unsigned bits) {
  const unsigned whole = bits / 8;
  if (a.substr(0, whole) != b.substr(0, whole)) return false;
  if (bits % 8 == 0) return true;
  const unsigned shift = 8 - bits % 8;
  return static_cast<unsigned char>(a[whole]) >> shift ==
         static_cast<unsigned char>(b[whole]) >> shift;
}

}  // namespace

absl::StatusOr<IpList> IpList::Parse(std::string_view list, std::string_view option) {
  IpList result;
  for (absl::string_view item :
       absl::StrSplit(ToAbsl(list), absl::ByAnyChar(", "), absl::SkipEmpty())) {
    const std::size_t slash = item.find('/');
    std::optional<std::string> bytes = BytesOf(ToStd(item.substr(0, slash)));
    unsigned bits = bytes ? static_cast<unsigned>(bytes->size() * 8) : 0;
    const bool good =
        bytes && (slash == absl::string_view::npos ||
                  (absl::SimpleAtoi(item.substr(slash + 1), &bits) && bits <= bytes->size() * 8));
    if (!good) {
      return absl::InvalidArgumentError(
          StrCat(option, ": \"", absl::CHexEscape(item),
                 "\" is not an IP address or network, such as 10.0.0.7 or 10.1.0.0/16"));
    }
    result.networks_.push_back({*std::move(bytes), bits});
  }
  return result;
}

bool IpList::Contains(std::string_view address) const {
  const std::optional<std::string> bytes = BytesOf(address);
  if (!bytes) return false;
  for (const Network& network : networks_) {
    if (network.bytes.size() == bytes->size() && SamePrefix(network.bytes, *bytes, network.bits)) {
      return true;
    }
  }
  return false;
}

std::string_view AddressOfPeer(std::string_view peer) {
  peer = peer.substr(0, peer.rfind(':'));
  if (peer.starts_with('[') && peer.ends_with(']')) peer = peer.substr(1, peer.size() - 2);
  return peer;
}

}  // namespace citylayers::runtime
