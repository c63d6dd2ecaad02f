// One process of the platform: the selected modules, a gRPC server and an admin port, started and
// stopped together.
#ifndef CITYLAYERS_SERVICES_RUNTIME_DAEMON_H_
#define CITYLAYERS_SERVICES_RUNTIME_DAEMON_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/runtime/config/config.h"
#include "services/runtime/module.h"

namespace citylayers::runtime {

/// What a daemon reports about itself to the program.
struct DaemonHooks {
  /// Called when all ports of the process have answered its self probe. Thread-safe, short.
  std::function<void()> on_alive = [] {};
  /// Called four times per second by one thread with the readiness, after the health service has
  /// taken it over.
  std::function<void(const absl::Status& ready)> on_readiness = [](const absl::Status&) {};
  /// The self probe runs at this interval when server.probe is longer.
  absl::Duration probe_interval_max = absl::InfiniteDuration();
};

/// A running process. Start creates the modules in the table's order, listens, then starts them.
/// Stop does the reverse within ten seconds: health returns NOT_SERVING, modules stop, open streams
/// end, the ports close.
///
///   ASSIGN_OR_RETURN(auto daemon, Daemon::Start(config, table));
///   ... until SIGTERM ...
///   daemon->Stop();
class Daemon {
 public:
  /// Checks a configuration without opening anything. INVALID_ARGUMENT: an unknown target; an
  /// address that does not parse, or is not loopback and not protected (CheckReach, AdminUsesTls);
  /// an error of the `check` of a module that is to run. Those of CheckTls.
  static absl::Status Check(const Config& config, const std::vector<ModuleSpec>& table);

  /// Errors: those of Check. ALREADY_EXISTS: an address is in use; the message names it and the
  /// flag. Other codes: errors of a module.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(Config config,
                                                       const std::vector<ModuleSpec>& table,
                                                       DaemonHooks hooks = {});
  ~Daemon();

  /// Bound addresses as HOST:PORT; for port 0 with the port that the system chose.
  std::string grpc_address() const;
  std::string admin_address() const;

  /// Takes over the live options of `next` (Option::is_live), and returns what it changes. The
  /// others keep their values until the process starts again. After an error nothing has changed:
  /// those of Check. Called by one thread.
  absl::StatusOr<ConfigChange> Reload(const Config& next);

  /// OK when every module is ready; otherwise names the modules that are not, with the reason.
  absl::Status Ready() const;

  /// Idempotent. Takes about `server.drain` plus one second when the modules stop at once. Returns
  /// false when calls of clients hold up gRPC for longer: all data is safe, but the daemon can no
  /// longer be destroyed, and the process must end by std::_Exit.
  [[nodiscard]] bool Stop();

 private:
  class Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_DAEMON_H_
