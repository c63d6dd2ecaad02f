// Measurements of the readings engine, without their output.
#ifndef CITYLAYERS_TESTS_BENCH_READINGS_READINGS_FIGURES_H_
#define CITYLAYERS_TESTS_BENCH_READINGS_READINGS_FIGURES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace citylayers::bench {

struct ReadingsFigure {
  std::string name;  ///< "readings.bytes_per_reading"
  double value = 0;
  std::string unit;
  std::string note;  ///< the measured operation and data
};

struct ReadingsBenchOptions {
  std::string directory;  ///< an empty directory on the measured disk
  std::string real_data;  ///< folder of the real data; without it the figures on it are left out
  absl::Duration duration = absl::Seconds(3);  ///< of each load phase
  int batch_rows = 1000;
  int writers = 4;
};

/// Durable appends to the store, the latest readings of 100,000 series, one day of one series, and
/// hourly windows of 1,000 series: `readings.store_append_per_s`, `readings.latest_100k_ms`,
/// `readings.series_day_p99_ms`, `readings.hourly_1000_series_ms`.
absl::StatusOr<std::vector<ReadingsFigure>> MeasureStore(const ReadingsBenchOptions& options);

/// `readings.bytes_per_reading` on METR-LA speeds, `…_river` on river levels, `…_synthetic` on
/// random walks: size of the tables after sealing and compaction, divided by the number of
/// readings. Without the real data only the last one.
absl::StatusOr<std::vector<ReadingsFigure>> MeasureBytes(const ReadingsBenchOptions& options);

/// `readings.ingest_per_s`, `readings.ack_p99_ms` and `readings.ack_again_p99_ms` through
/// StreamReadings of a running server: full load on `writers` streams, then half of it with new
/// readings, then half of it with the times of the first readings. `measures` are known speed
/// measures; readings have times before `city_time`.
absl::StatusOr<std::vector<ReadingsFigure>> MeasureIngest(
    const std::shared_ptr<grpc::Channel>& channel, const std::vector<std::string>& measures,
    absl::Time city_time, const ReadingsBenchOptions& options);

/// The simplest implementation as a peer: one key and value per reading in RocksDB, one synced
/// write per batch, in this process. Readings per second.
absl::StatusOr<double> MeasureRowsPeer(const ReadingsBenchOptions& options);

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_READINGS_READINGS_FIGURES_H_
