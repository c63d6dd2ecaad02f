// A watcher of the traffic layer, and the time until it has a change.
#ifndef CITYLAYERS_TESTS_BENCH_DELTA_WATCH_H_
#define CITYLAYERS_TESTS_BENCH_DELTA_WATCH_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include "tests/bench/bench_city.h"
#include "tests/bench/report.h"

namespace citylayers::bench {

/// A watcher of the whole traffic layer, with the shortest tick, for at most `life`.
class Watcher {
 public:
  Watcher(BenchCity& city, absl::Duration life);
  ~Watcher() { context_.TryCancel(); }

  /// The next delta with rows.
  absl::StatusOr<layers::v1::WatchLayerResponse> Next();
  /// Reads what the watch begins with.
  absl::Status ReadSnapshot();

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<layers::v1::WatchLayerResponse>> stream_;
};

/// Milliseconds from the acknowledgement of a reading to its delta. Writes one reading at a time,
/// at times unrelated to the tick.
absl::StatusOr<Percentiles> AckToDelta(BenchCity& city, int rounds);

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_DELTA_WATCH_H_
