// Time ranges in which a series has lost a chunk; queries of these ranges fail.
#ifndef CITYLAYERS_STORAGE_READINGS_LOST_RANGES_H_
#define CITYLAYERS_STORAGE_READINGS_LOST_RANGES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace citylayers::storage {

/// start_ms <= time < end_ms.
struct LostRange {
  std::uint32_t series = 0;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

/// The ranges of all series. Each start has one range, the last added. Thread-safe. Find costs
/// nothing while the list is empty.
class LostRanges {
 public:
  void Add(const LostRange& range) {
    absl::MutexLock lock(&mutex_);
    ends_[{range.series, range.start_ms}] = range.end_ms;
    count_.store(ends_.size(), std::memory_order_release);
  }

  /// The first range of the series that overlaps start_ms <= time < end_ms.
  std::optional<LostRange> Find(std::uint32_t series, std::int64_t start_ms,
                                std::int64_t end_ms) const {
    if (count() == 0) return std::nullopt;
    absl::MutexLock lock(&mutex_);
    for (auto it = ends_.lower_bound({series, INT64_MIN});
         it != ends_.end() && it->first.first == series && it->first.second < end_ms; ++it) {
      if (it->second > start_ms) return LostRange{series, it->first.second, it->second};
    }
    return std::nullopt;
  }

  /// Removes the ranges that end at `time_ms` or before, and returns them.
  std::vector<LostRange> TakeBefore(std::int64_t time_ms) {
    std::vector<LostRange> taken;
    absl::MutexLock lock(&mutex_);
    for (auto it = ends_.begin(); it != ends_.end();) {
      if (it->second > time_ms) {
        ++it;
        continue;
      }
      taken.push_back({it->first.first, it->first.second, it->second});
      it = ends_.erase(it);
    }
    count_.store(ends_.size(), std::memory_order_release);
    return taken;
  }

  std::size_t count() const { return count_.load(std::memory_order_acquire); }

 private:
  mutable absl::Mutex mutex_;
  std::map<std::pair<std::uint32_t, std::int64_t>, std::int64_t> ends_
      ABSL_GUARDED_BY(mutex_);  // series, start
  std::atomic<std::size_t> count_{0};
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_LOST_RANGES_H_
