// Periodic calls of a server to its own ports, which detect that clients can no longer reach it.
#ifndef CITYLAYERS_SERVICES_RUNTIME_SELF_PROBE_H_
#define CITYLAYERS_SERVICES_RUNTIME_SELF_PROBE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace citylayers::runtime {

/// Counts consecutive failures of each of a server's ports. A port with `unready_after` failures is
/// not ready. A port with `failures_max` failures is considered permanently unreachable;
/// `on_unreachable` is then called once and should end the process, so that the supervisor restarts
/// it. Thread-safe.
class SelfProbe {
 public:
  struct Port {
    std::string name;                    // "gRPC port 127.0.0.1:50051"
    std::function<absl::Status()> call;  // opens a new connection; may block for a while
  };
  struct Options {
    int unready_after = 2;
    int failures_max = 6;
  };
  SelfProbe(Options options, std::vector<Port> ports,
            std::function<void(const std::string& name, const absl::Status& why)> on_unreachable);

  /// Calls every port once. True when all of them answered.
  bool ProbeOnce();
  /// OK, or UNAVAILABLE with the port that does not answer and the reason.
  absl::Status Ready() const;

 private:
  const Options options_;
  const std::vector<Port> ports_;
  const std::function<void(const std::string&, const absl::Status&)> on_unreachable_;
  mutable absl::Mutex mutex_;
  std::vector<int> failures_ ABSL_GUARDED_BY(mutex_);  // consecutive, by port
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  bool is_reported_ ABSL_GUARDED_BY(mutex_) = false;
};

/// Connects to a server of this machine. UNAVAILABLE: it does not accept. Reads and writes of the
/// socket, which the caller closes, fail after `timeout`.
absl::StatusOr<int> ConnectToSelf(const std::string& host, std::uint16_t port,
                                  absl::Duration timeout);

/// Opens a TCP connection to an HTTP server, sends "GET /healthz" and waits for a 200. UNAVAILABLE:
/// the message names the step that failed.
absl::Status ProbeHttp(const std::string& host, std::uint16_t port, absl::Duration timeout);

/// What both probes of HTTP send, and the beginning of the answer that they expect.
inline constexpr std::string_view kProbeRequest =
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
inline constexpr std::string_view kProbeAnswer = "HTTP/1.1 200";

/// Returns an address that reaches a server listening on `host`: loopback for the wildcards.
std::string ProbeHost(const std::string& host);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_SELF_PROBE_H_
