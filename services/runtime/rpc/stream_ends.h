// The ends of streams by their server: of age, and when it stops.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_ENDS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_ENDS_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/runtime/metrics.h"

namespace citylayers::runtime {

/// Decides when a stream of a connection ends, and after which time its client is to return, so
/// that the clients of a server that restarts do not all return at once.
///
/// gRPC asks the client of a connection to open another one (GOAWAY) when the connection is 0.9 to
/// 1.1 times `age_max` old. A stream ends itself when it is 1.1 to 1.3 times `age_max` old: a
/// stream that was opened with its connection then returns on the new one, and tells its client
/// where to resume, which a connection that is cut cannot. Thread-safe.
class StreamEnds {
 public:
  struct Options {
    absl::Duration age_max = absl::InfiniteDuration();
    absl::Duration return_spread = absl::Seconds(10);
  };
  /// Maximum age of a stream, as a multiple of `age_max`.
  static constexpr double kOldest = 1.3;

  /// `metrics` must outlive it.
  StreamEnds(Options options, Metrics& metrics);

  /// The time at which a stream that begins at `now` ends. Successive streams get evenly spread
  /// ages.
  absl::Time EndOf(absl::Time now);

  /// UNAVAILABLE with reason STREAM_AGE and RetryInfo of at most a second: the ages are spread
  /// already. Counted.
  absl::Status Aged();
  /// UNAVAILABLE with reason STOPPING and RetryInfo of at most `return_spread`.
  absl::Status Stopping();

 private:
  // Multiples of the golden ratio: any run of them divides 0 to 1 evenly.
  double NextFraction();

  const Options options_;
  Metrics& metrics_;
  std::atomic<std::uint64_t> sequence_{0};
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_ENDS_H_
