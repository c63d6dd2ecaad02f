#include "services/runtime/config/address.h"

#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/strings.h"

namespace citylayers::runtime {
namespace {

bool IsLoopbackV4(std::uint32_t address) { return address >> 24 == 127; }

}  // namespace

std::string Address::ToString() const {
  return host.find(':') == std::string::npos ? StrCat(host, ":", port)
                                             : StrCat("[", host, "]:", port);
}

bool Address::IsLoopback() const {
  // Accepts only addresses and the one name that RFC 6761 reserves for this machine:
  // "127.evil.example" is an ordinary name. Short and hexadecimal forms ("127.1") are not accepted
  // as loopback either, because programs read them differently.
  if (absl::EqualsIgnoreCase(host, "localhost")) return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return IsLoopbackV4(ntohl(v4.s_addr));
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) != 1) return false;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    std::uint32_t mapped = 0;
    std::memcpy(&mapped, &v6.s6_addr[12], sizeof mapped);
    return IsLoopbackV4(ntohl(mapped));
  }
  return IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::StatusOr<Address> ParseAddress(std::string_view text, std::string_view what) {
  const std::size_t colon = text.rfind(':');
  Address address;
  int port = -1;
  if (colon != std::string_view::npos && absl::SimpleAtoi(ToAbsl(text.substr(colon + 1)), &port) &&
      port >= 0 && port <= 65535) {
    address.port = static_cast<std::uint16_t>(port);
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (bracketed || host.find(':') == std::string_view::npos) {
      address.host = host.empty() ? "127.0.0.1" : std::string(host);
      return address;
    }
  }
  return absl::InvalidArgumentError(
      StrCat(what, ": \"", text, "\" is not HOST:PORT, such as 127.0.0.1:8080"));
}

absl::Status CheckReach(const Address& address, const Protection& protection,
                        std::string_view what) {
  if (address.IsLoopback() || protection.allow_insecure) return absl::OkStatus();
  if (protection.has_tls && protection.is_closed) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat(
      what, " ", address.ToString(), " can be reached from other machines, and ",
      protection.has_tls
          ? "every caller may do everything: remove admin from security.anonymous, use a loopback "
            "address, "
          : "has no encryption: set tls.certificate_file and tls.key_file, use a loopback "
            "address, ",
      "or set --allow-insecure on a closed network"));
}

}  // namespace citylayers::runtime
