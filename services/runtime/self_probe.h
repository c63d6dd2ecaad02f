// A server that calls itself, as clients do, to find out whether it can still be reached.
#ifndef CITYLAYERS_SERVICES_RUNTIME_SELF_PROBE_H_
#define CITYLAYERS_SERVICES_RUNTIME_SELF_PROBE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace citylayers::runtime {

/// Counts how often each of a server's ports failed to answer in a row. A port that failed
/// `unready_after` times is not ready; one that failed `deaf_after` times is taken for deaf for
/// good, and `on_deaf` is called, once: the process shall end and be started again. Thread-safe.
class SelfProbe {
 public:
  struct Port {
    std::string name;                    // "gRPC port 127.0.0.1:50051"
    std::function<absl::Status()> call;  // opens a connection of its own; may block for a while
  };
  struct Options {
    int unready_after = 2;
    int deaf_after = 6;
  };
  SelfProbe(Options options, std::vector<Port> ports,
            std::function<void(const std::string& name, const absl::Status& why)> on_deaf);

  /// Calls every port once.
  void Step();
  /// OK, or UNAVAILABLE with which port does not answer and why.
  absl::Status Ready() const;

 private:
  const Options options_;
  const std::vector<Port> ports_;
  const std::function<void(const std::string&, const absl::Status&)> on_deaf_;
  mutable absl::Mutex mutex_;
  std::vector<int> failures_ ABSL_GUARDED_BY(mutex_);  // in a row, by port
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  bool deaf_ ABSL_GUARDED_BY(mutex_) = false;
};

/// Opens a TCP connection to an HTTP server, sends "GET /healthz" and waits for a 200. UNAVAILABLE
/// says what failed.
absl::Status ProbeHttp(const std::string& host, std::uint16_t port, absl::Duration timeout);

/// An address that reaches a server that listens on `host`: loopback for the wildcards.
std::string ProbeHost(const std::string& host);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_SELF_PROBE_H_
