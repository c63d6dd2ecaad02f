// The connection of a process to the service manager that started it, by systemd's protocol
// sd_notify, without its library.
#ifndef CITYLAYERS_SERVICES_RUNTIME_SERVICE_MANAGER_H_
#define CITYLAYERS_SERVICES_RUNTIME_SERVICE_MANAGER_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/call_once.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace citylayers::runtime {

/// Sends messages to the socket in NOTIFY_SOCKET (Type=notify of a unit). Without that variable the
/// methods do nothing. A message that cannot be sent is logged, once. Thread-safe; a call waits for
/// at most a second.
///
///   ASSIGN_OR_RETURN(const auto manager, ServiceManager::Connect(environment));
///   manager->Ready("serving");
class ServiceManager {
 public:
  /// Reads NOTIFY_SOCKET (a path, or @NAME in the abstract namespace), WATCHDOG_USEC and
  /// WATCHDOG_PID. INVALID_ARGUMENT: a value that cannot be used; ignored, it would make the
  /// manager wait for messages that never arrive.
  static absl::StatusOr<std::unique_ptr<ServiceManager>> Connect(
      const std::map<std::string, std::string>& environment);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  /// The process has started; the manager starts what waits for it. `status` is a line for people.
  void Ready(std::string_view status) const;
  /// A new line for people, which `systemctl status` shows.
  void Status(std::string_view status) const;
  /// The process is well. With a watchdog, the manager kills a process that does not send this for
  /// watchdog().
  void Alive() const;
  /// The process has begun to stop.
  void Stopping() const;

  /// Longest time between two calls of Alive(); infinite without a watchdog (WatchdogSec=).
  absl::Duration watchdog() const { return watchdog_; }

 private:
  ServiceManager(int socket, std::string address, absl::Duration watchdog);
  void Send(std::string_view message) const;

  const int socket_;           // -1: no manager
  const std::string address_;  // a sockaddr_un, as bytes
  const absl::Duration watchdog_;
  mutable absl::once_flag failure_logged_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_SERVICE_MANAGER_H_
