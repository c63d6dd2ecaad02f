// Readings as they enter and leave the store. Plain values.
#ifndef CITYLAYERS_STORAGE_READINGS_READING_H_
#define CITYLAYERS_STORAGE_READINGS_READING_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace citylayers::storage {

/// One stored reading of a series. Times are milliseconds since the Unix epoch; quality is the
/// number of citylayers.readings.v1.Quality.
struct StoredReading {
  std::int64_t time_ms = 0;
  double value = 0;
  std::uint8_t quality = 0;
  friend bool operator==(const StoredReading&, const StoredReading&) = default;
};

/// Maximum bytes of ReadingBatch::source.
inline constexpr std::size_t kSourceMax = 80;

/// Readings of many series, as columns. series, times_ms and values have equal lengths; so has
/// qualities, unless it is empty because all are 0. (source, epoch, sequence) identifies the batch
/// for deduplication; sequence 0 means no deduplication.
struct ReadingBatch {
  std::string source;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  std::vector<std::uint32_t> series;
  std::vector<std::int64_t> times_ms;
  std::vector<double> values;
  std::vector<std::uint8_t> qualities;

  std::size_t size() const { return series.size(); }
  StoredReading row(std::size_t i) const {
    return {times_ms[i], values[i], qualities.empty() ? std::uint8_t{0} : qualities[i]};
  }
  friend bool operator==(const ReadingBatch&, const ReadingBatch&) = default;
};

/// A batch of the log and its offset.
struct LoggedBatch {
  std::uint64_t offset = 0;
  ReadingBatch batch;
};

/// Logged batches are immutable and are sent to many watchers at once, hence shared.
using LoggedBatchPtr = std::shared_ptr<const LoggedBatch>;

/// Aggregate of the readings of one time window.
struct WindowAggregate {
  std::int64_t start_ms = 0;
  std::uint64_t count = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
  double first = 0;
  double last = 0;
  double mean() const { return sum / static_cast<double>(count); }
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READING_H_
