// A citylayersd process for a test or a measurement: start, addresses from its log, stop, kill.
#ifndef CITYLAYERS_TESTS_SUPPORT_DAEMON_PROCESS_H_
#define CITYLAYERS_TESTS_SUPPORT_DAEMON_PROCESS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <sys/types.h>

namespace citylayers::test_support {

struct DaemonProcessOptions {
  std::string program;                 ///< path of citylayersd
  std::vector<std::string> arguments;  ///< without the three addresses
  std::string log_file;                ///< its standard error is appended to this file
  absl::Duration start_timeout = absl::Seconds(60);
};

/// A child process that listens on loopback at ports chosen by the system; it is killed when its
/// parent's thread ends. Not thread-safe.
///
///   ASSIGN_OR_RETURN(auto daemon, DaemonProcess::Start({.program = bin + "/citylayersd",
///                                                       .arguments = {"--pack", pack, ...},
///                                                       .log_file = dir + "/log"}));
///   auto channel = grpc::CreateChannel(daemon->grpc_address(), ...);
///   daemon->Kill();
class DaemonProcess {
 public:
  /// Returns once it listens. UNAVAILABLE: it ended before; DEADLINE_EXCEEDED: it did not listen in
  /// time; both with the end of its log.
  static absl::StatusOr<std::unique_ptr<DaemonProcess>> Start(const DaemonProcessOptions& options);
  /// Kills the process if it is still running.
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  /// kill -9, then waits for its end.
  void Kill();
  /// SIGTERM, then waits. DEADLINE_EXCEEDED: it was still running and has been killed. INTERNAL: it
  /// ended with an exit code other than 0.
  absl::Status Stop(absl::Duration timeout);

  const std::string& grpc_address() const { return grpc_address_; }
  /// Empty when it has no gateway.
  const std::string& http_address() const { return http_address_; }
  const std::string& admin_address() const { return admin_address_; }
  pid_t pid() const { return pid_; }

 private:
  explicit DaemonProcess(std::string log_file) : log_file_(std::move(log_file)) {}
  bool Ended();
  absl::Status WaitUntilListening(std::size_t log_begin, absl::Duration timeout);

  const std::string log_file_;
  pid_t pid_ = -1;
  int exit_status_ = 0;
  std::string grpc_address_, http_address_, admin_address_;
};

}  // namespace citylayers::test_support

#endif  // CITYLAYERS_TESTS_SUPPORT_DAEMON_PROCESS_H_
