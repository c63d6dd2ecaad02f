// The admin port: what operators and probes ask a process.
#ifndef CITYLAYERS_SERVICES_RUNTIME_ADMIN_H_
#define CITYLAYERS_SERVICES_RUNTIME_ADMIN_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "services/runtime/config/address.h"

namespace citylayers::runtime {

class HttpServer;

/// What the admin port shows. Functions are called on its threads.
struct AdminSources {
  std::function<std::string()> metrics;                         // Prometheus text
  std::function<absl::Status()> ready;                          // for /readyz
  std::function<std::string()> configuration;                   // TOML, for /debug/config
  std::function<std::string()> modules;                         // text, for /debug/modules
  std::function<std::vector<std::string>()> notices = nullptr;  // for /readyz, when it is ready
};

/// Serves /metrics, /healthz, /readyz, /debug/config and /debug/modules, to the Host
/// headers of HostAllowList with `names`. ALREADY_EXISTS: the address is in use; the message names
/// --admin. INVALID_ARGUMENT: one of `names` is not a host name.
absl::StatusOr<std::unique_ptr<HttpServer>> StartAdmin(const Address& address,
                                                       std::string_view names,
                                                       AdminSources sources);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_ADMIN_H_
