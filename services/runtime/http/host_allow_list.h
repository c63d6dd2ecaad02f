// A list of the Host headers that an HTTP server accepts.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HOST_ALLOW_LIST_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HOST_ALLOW_LIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace citylayers::runtime {

/// Protects against DNS rebinding: a page of a foreign site whose name was pointed at this machine
/// still sends the foreign name as its Host, and is refused. Allowed are
///  - "localhost" and the loopback addresses,
///  - the address that the server is bound to; any IP address when it is bound to all of them
///    (0.0.0.0, ::), because only a name can be rebound,
///  - the given names: "maps.example.org", or "*.example.org" for every name below it.
/// Any port is accepted; names are case-insensitive; a trailing dot is
/// ignored. Immutable, thread-safe.
class HostAllowList {
 public:
  /// `names` are separated by commas or spaces; "*" allows every host (no protection).
  /// INVALID_ARGUMENT: one of them is not a host name; the message begins with `option`.
  static absl::StatusOr<HostAllowList> Make(std::string_view bound_host, std::string_view names,
                                            std::string_view option);

  /// `host` is the value of a Host header, with or without a port. An empty one (HTTP/1.0 without
  /// the header) is allowed, because browsers always send it.
  bool Allows(std::string_view host) const;

  /// The error message for a refused host: the value sent, the values accepted, the remedy.
  std::string Refusal(std::string_view host) const;

 private:
  std::string option_;
  std::string bound_;  // without brackets
  bool any_address_ = false;
  bool everything_ = false;
  std::vector<std::string> names_;     // in lower case
  std::vector<std::string> suffixes_;  // ".example.org"
};

/// Returns "maps.example.org" for "Maps.Example.org.:8443" and "::1" for "[::1]:80": lower case,
/// without port, brackets and trailing dot.
std::string HostWithoutPort(std::string_view host);

/// True for "127.0.0.1", "::1" and the like, without brackets; false for names such as "127.evil".
bool IsIpAddress(std::string_view host);
/// True for addresses in 127.0.0.0/8, ::1, and those mapped into IPv6.
bool IsLoopbackAddress(std::string_view host);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HOST_ALLOW_LIST_H_
