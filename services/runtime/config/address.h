// A network address written as HOST:PORT.
#ifndef CITYLAYERS_SERVICES_RUNTIME_CONFIG_ADDRESS_H_
#define CITYLAYERS_SERVICES_RUNTIME_CONFIG_ADDRESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace citylayers::runtime {

struct Address {
  std::string host;  // a name or an IPv4 or IPv6 address, without brackets
  std::uint16_t port = 0;

  /// "127.0.0.1:8080"; an IPv6 host is written in brackets.
  std::string ToString() const;
  /// True when only this machine can reach the address.
  bool IsLoopback() const;
};

/// Reads "HOST:PORT" or "[IPV6]:PORT"; an empty host means 127.0.0.1. INVALID_ARGUMENT names `what`
/// (a flag) and the text.
absl::StatusOr<Address> ParseAddress(std::string_view text, std::string_view what);

/// How a port is protected.
struct Protection {
  bool allow_insecure = false;
  bool has_tls = false;
  bool is_closed = false;  // not every caller may do everything
};

/// OK for a loopback address, for a port with TLS where callers need keys, or when
/// `allow_insecure`. INVALID_ARGUMENT otherwise; the message names `what` (a flag) and the remedy.
absl::Status CheckReach(const Address& address, const Protection& protection,
                        std::string_view what);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_CONFIG_ADDRESS_H_
