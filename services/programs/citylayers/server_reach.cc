#include "services/programs/citylayers/server_reach.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

#include "base/strings.h"
#include "services/runtime/config/address.h"

namespace citylayers::cli {
namespace {

bool HasScheme(std::string_view server, std::string_view scheme) {
  return absl::StartsWithIgnoreCase(ToAbsl(server), ToAbsl(scheme));
}

// "dns://AUTHORITY/HOST:PORT" and "dns:HOST:PORT" without what precedes the host.
std::string_view WithoutScheme(std::string_view server) {
  for (const std::string_view scheme : {"dns:", "ipv4:", "ipv6:"}) {
    if (!HasScheme(server, scheme)) continue;
    server.remove_prefix(scheme.size());
    if (!server.starts_with("//")) return server;
    const std::size_t slash = server.find('/', 2);
    return slash == std::string_view::npos ? std::string_view() : server.substr(slash + 1);
  }
  return server;
}

bool IsLoopback(std::string_view address) {
  if (const auto parsed = runtime::ParseAddress(address, "--server"); parsed.ok()) {
    return parsed->IsLoopback();
  }
  // Without a port.
  return runtime::Address{.host = std::string(address)}.IsLoopback();
}

}  // namespace

bool IsOnThisMachine(std::string_view server) {
  if (HasScheme(server, "unix:") || HasScheme(server, "unix-abstract:")) return true;
  const std::string_view addresses = WithoutScheme(server);
  if (addresses.empty()) return false;  // StrSplit of a null view has no pieces
  for (const absl::string_view address : absl::StrSplit(ToAbsl(addresses), ',')) {
    if (address.empty() || !IsLoopback(ToStd(address))) return false;
  }
  return true;
}

}  // namespace citylayers::cli
