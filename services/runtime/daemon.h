// One process of the city: the modules asked for, a gRPC server, an admin port, and their common
// life.
#ifndef CITYLAYERS_SERVICES_RUNTIME_DAEMON_H_
#define CITYLAYERS_SERVICES_RUNTIME_DAEMON_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/runtime/config/config.h"
#include "services/runtime/module.h"

namespace citylayers::runtime {

/// Options of every process: sections server, grpc and backends, and those of the modules of
/// `table`.
std::vector<Option> ServerOptions(const std::vector<ModuleSpec>& table);

/// The umask for files in the data directory, by server.data_access.
unsigned FileMask(const Config& config);

/// A running process. Start makes the modules in the table's order, listens, then starts them; Stop
/// does the reverse: health says NOT_SERVING, modules stop, open streams end, the ports close,
/// within ten seconds.
///
///   ASSIGN_OR_RETURN(auto daemon, Daemon::Start(config, table));
///   ... until SIGTERM ...
///   daemon->Stop();
class Daemon {
 public:
  /// What Start would refuse of a configuration without opening anything. INVALID_ARGUMENT: an
  /// unknown target; an address that is none, or not loopback without server.allow_insecure; what
  /// a module that is to run says of its options.
  static absl::Status Check(const Config& config, const std::vector<ModuleSpec>& table);

  /// What Check says. ALREADY_EXISTS: an address is in use; the message names it and the flag.
  /// Other codes: what a module said.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(Config config,
                                                       const std::vector<ModuleSpec>& table);
  ~Daemon();

  /// Bound addresses as HOST:PORT; for port 0 the port that was given.
  std::string grpc_address() const;
  std::string admin_address() const;

  /// OK when every module is ready; else which is not, and why.
  absl::Status Ready() const;

  /// Idempotent. Takes about `server.drain` and a second more, when the modules stop at once. False
  /// when calls of clients hold gRPC up for longer: all data is safe, and the process shall end by
  /// std::_Exit, because the daemon can no longer be destroyed.
  [[nodiscard]] bool Stop();

 private:
  class Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_DAEMON_H_
