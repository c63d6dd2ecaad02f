// Which Host headers an HTTP server answers to.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HOST_ALLOW_LIST_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HOST_ALLOW_LIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace citylayers::runtime {

/// The guard against DNS rebinding: a page of a foreign site whose name has been pointed at this
/// machine still sends the foreign name as its Host, and is refused by it. Allowed are
///  - "localhost" and the loopback addresses,
///  - the address that the server is bound to; any IP address when it is bound to all of them
///    (0.0.0.0, ::): an address cannot be rebound, only a name can,
///  - the names that are given: "maps.example.org", or "*.example.org" for all below it.
/// Any port, letters in any case, a dot at the end of a name ignored. Immutable, thread-safe.
class HostAllowList {
 public:
  /// `names` with commas or spaces between; "*" allows every host (no guard). INVALID_ARGUMENT: one
  /// is not a host name; the message begins with `option`.
  static absl::StatusOr<HostAllowList> Make(std::string_view bound_host, std::string_view names,
                                            std::string_view option);

  /// `host` is the value of a Host header, with or without a port. An empty one (HTTP/1.0 without
  /// the header) is allowed: browsers always send it.
  bool Allows(std::string_view host) const;

  /// For the refusal: what was sent, what is accepted, what to do.
  std::string Refusal(std::string_view host) const;

 private:
  std::string option_;
  std::string bound_;  // without brackets
  bool any_address_ = false;
  bool everything_ = false;
  std::vector<std::string> names_;     // in lower case
  std::vector<std::string> suffixes_;  // ".example.org"
};

/// "maps.example.org" of "Maps.Example.org.:8443", "::1" of "[::1]:80": lower case, without port,
/// brackets and the dot at the end.
std::string HostWithoutPort(std::string_view host);

/// True for "127.0.0.1", "::1" and the like, without brackets; false for names such as "127.evil".
bool IsIpAddress(std::string_view host);
/// True for addresses in 127.0.0.0/8, ::1, and those mapped into IPv6.
bool IsLoopbackAddress(std::string_view host);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HOST_ALLOW_LIST_H_
