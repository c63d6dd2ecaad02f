// The admin HTTP port of a process: metrics, health, configuration and module states.
#ifndef CITYLAYERS_SERVICES_RUNTIME_ADMIN_H_
#define CITYLAYERS_SERVICES_RUNTIME_ADMIN_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "services/runtime/config/address.h"
#include "services/runtime/tls/tls_source.h"

namespace citylayers::runtime {

class HttpServer;

/// Sources of the pages of the admin port. The functions are called on its threads.
struct AdminSources {
  std::function<std::string()> metrics;        // Prometheus text
  std::function<absl::Status()> ready;         // decides /readyz
  std::function<std::string()> configuration;  // TOML, for /debug/config
  std::function<std::string()> modules;        // text, for /debug/modules
  // Shown by /readyz when it is ready; may be empty.
  std::function<std::vector<std::string>()> notices = nullptr;
};

/// Whether the admin port uses TLS, and if not, whether it may have this address: its pages need no
/// key, so only loopback addresses, or clients with a certificate, may reach it.
/// INVALID_ARGUMENT: the address is not loopback, and there are no client certificates and no
/// `allow_insecure`; the message has the remedies.
absl::StatusOr<bool> AdminUsesTls(const Address& address, const TlsSettings& tls,
                                  bool allow_insecure);

/// Starts the server of /metrics, /healthz, /readyz, /debug/config and /debug/modules. It answers
/// only to Host headers accepted by HostAllowList with `names`. ALREADY_EXISTS: the address is in
/// use; the message names --admin. INVALID_ARGUMENT: one of `names` is not a host name.
/// `tls`: its clients need a certificate; nullptr: without TLS.
absl::StatusOr<std::unique_ptr<HttpServer>> StartAdmin(const Address& address,
                                                       std::string_view names, AdminSources sources,
                                                       const TlsSource* tls = nullptr);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_ADMIN_H_
