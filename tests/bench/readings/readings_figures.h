// Figures of the readings engine, for whoever prints them.
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
  std::string note;  ///< what was measured, on what data
};

struct ReadingsBenchOptions {
  std::string directory;  ///< an empty directory on the disk to be measured
  std::string real_data;  ///< folder of the real data; figures on it are left out when it is absent
  absl::Duration duration = absl::Seconds(3);  ///< of each load
  int batch_rows = 1000;
  int writers = 4;
};

/// Durable appends to the store, the latest of 100,000 series, one series-day, and 1,000 series by
/// the hour: `readings.store_append_per_s`, `readings.latest_100k_ms`,
/// `readings.series_day_p99_ms`, `readings.hourly_1000_series_ms`.
absl::StatusOr<std::vector<ReadingsFigure>> MeasureStore(const ReadingsBenchOptions& options);

/// `readings.bytes_per_reading` on METR-LA speeds, `…_river` on river levels, `…_synthetic` on
/// random walks: the tables of the directory after sealing and compaction, over the readings in
/// it. Without the real data only the last one.
absl::StatusOr<std::vector<ReadingsFigure>> MeasureBytes(const ReadingsBenchOptions& options);

/// `readings.ingest_per_s`, `readings.ack_p99_ms` and `readings.ack_again_p99_ms` through
/// StreamReadings of a running server: full load on `writers` streams, then half of it with new
/// readings, then half of it with the first readings' times. `measures` are speeds that the server
/// knows; readings get times from `city_time` back.
absl::StatusOr<std::vector<ReadingsFigure>> MeasureIngest(
    const std::shared_ptr<grpc::Channel>& channel, const std::vector<std::string>& measures,
    absl::Time city_time, const ReadingsBenchOptions& options);

/// What one would write first: a key and a value for each reading in RocksDB, a synced write a
/// batch, in this process. Readings a second.
absl::StatusOr<double> MeasureRowsPeer(const ReadingsBenchOptions& options);

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_READINGS_READINGS_FIGURES_H_
