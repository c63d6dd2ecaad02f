#include "services/runtime/address.h"

#include "absl/strings/numbers.h"

#include "proto/support/strings.h"

namespace citylayers::runtime {

std::string Address::ToString() const {
  return host.find(':') == std::string::npos ? StrCat(host, ":", port)
                                             : StrCat("[", host, "]:", port);
}

bool Address::IsLoopback() const {
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
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

absl::Status CheckReach(const Address& address, bool allow_insecure, std::string_view what) {
  if (address.IsLoopback() || allow_insecure) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat(what, " ", address.ToString(),
             " can be reached from other machines, and nothing guards it yet: use a ",
             "loopback address, or say --allow-insecure on a closed network"));
}

}  // namespace citylayers::runtime
