// An aggregator of readings in time order into windows.
#ifndef CITYLAYERS_STORAGE_READINGS_WINDOW_AGGREGATOR_H_
#define CITYLAYERS_STORAGE_READINGS_WINDOW_AGGREGATOR_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "storage/readings/chunk_codec.h"
#include "storage/readings/reading.h"

namespace citylayers::storage {

/// REQUIRES: window_ms > 0, times ascend and are not negative. Not thread-safe.
class WindowAggregator {
 public:
  explicit WindowAggregator(std::int64_t window_ms) : window_ms_(window_ms) {}

  std::int64_t WindowOf(std::int64_t time_ms) const { return time_ms - time_ms % window_ms_; }

  void Add(const StoredReading& reading) {
    WindowAggregate& window = At(reading.time_ms, reading.value);
    window.count += 1;
    window.sum += reading.value;
    window.min = std::min(window.min, reading.value);
    window.max = std::max(window.max, reading.value);
    window.last = reading.value;
  }
  /// Adds a whole chunk. REQUIRES: it lies in one window.
  void Add(const ChunkStats& chunk) {
    WindowAggregate& window = At(chunk.first_ms, chunk.first);
    window.count += chunk.count;
    window.sum += chunk.sum;
    window.min = std::min(window.min, chunk.min);
    window.max = std::max(window.max, chunk.max);
    window.last = chunk.last;
  }
  std::vector<WindowAggregate> Take() { return std::move(windows_); }

 private:
  WindowAggregate& At(std::int64_t time_ms, double first) {
    const std::int64_t start_ms = WindowOf(time_ms);
    if (windows_.empty() || windows_.back().start_ms != start_ms) {
      windows_.push_back({start_ms, 0, 0, first, first, first, first});
    }
    return windows_.back();
  }

  const std::int64_t window_ms_;
  std::vector<WindowAggregate> windows_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_WINDOW_AGGREGATOR_H_
