// A citylayersd of its own for a test or a measurement: started, found by its log, ended or killed.
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
  std::string log_file;                ///< its standard error is appended here
  absl::Duration start_timeout = absl::Seconds(60);
};

/// A child process that listens on loopback at ports of the system's choice; it dies with its
/// parent's thread. Not thread-safe.
///
///   ASSIGN_OR_RETURN(auto daemon, DaemonProcess::Start({.program = bin + "/citylayersd",
///                                                       .arguments = {"--pack", pack, ...},
///                                                       .log_file = dir + "/log"}));
///   auto channel = grpc::CreateChannel(daemon->grpc_address(), ...);
///   daemon->Kill();
class DaemonProcess {
 public:
  /// Returns once it listens. UNAVAILABLE: it ended before; DEADLINE_EXCEEDED: it never listened;
  /// either with the end of its log.
  static absl::StatusOr<std::unique_ptr<DaemonProcess>> Start(const DaemonProcessOptions& options);
  /// Kills it when it still runs.
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  /// kill -9, and waits until it is gone.
  void Kill();
  /// SIGTERM, and waits. DEADLINE_EXCEEDED: it was still there and has been killed. INTERNAL: it
  /// ended with another code than 0.
  absl::Status Stop(absl::Duration timeout);

  const std::string& grpc_address() const { return grpc_address_; }
  /// Empty when there is no gateway in it.
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
