// The newest end of the log: held offsets, recent batches, and notification of watchers.
#ifndef CITYLAYERS_STORAGE_READINGS_LOG_TAIL_H_
#define CITYLAYERS_STORAGE_READINGS_LOG_TAIL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "storage/readings/reading.h"

namespace citylayers::storage {

/// Tracks the offsets and sizes of the held batches, and keeps the newest
/// ones decoded. Thread-safe.
class LogTail {
 public:
  explicit LogTail(std::size_t cache_readings_max) : cache_readings_max_(cache_readings_max) {}

  /// Used on opening: the log is empty, and its next batch gets `next_offset`.
  void Reset(std::uint64_t next_offset);
  /// Adds a batch that is on disk; its offset is one more than that of the batch before. `batch`
  /// may be nullptr (on opening, for batches that need not be decoded).
  void Add(std::uint64_t row_bytes, LoggedBatchPtr batch);
  /// Notifies listeners and waiters; separate from Add, so that a group of batches notifies once.
  void Notify();

  std::uint64_t last_offset() const;
  /// Offset of the oldest batch held; last_offset() + 1 when none is.
  std::uint64_t oldest_offset() const;
  std::uint64_t held_bytes() const;
  /// Bytes of the held batches after `offset`.
  std::uint64_t BytesAfter(std::uint64_t offset) const;

  /// The least offset from which the log can be kept when it may have `batches` batches and `bytes`
  /// bytes, and everything after `sealed_offset` must stay.
  std::uint64_t TrimPoint(std::uint64_t sealed_offset, std::uint64_t batches,
                          std::uint64_t bytes) const;
  /// Drops the batches before `oldest`.
  void Trim(std::uint64_t oldest);

  /// Decoded batches after `after_offset`, or nullopt when the first of them is not in memory.
  std::optional<std::vector<LoggedBatchPtr>> Cached(std::uint64_t after_offset,
                                                    std::size_t readings_max) const;

  std::uint64_t AddListener(std::function<void(std::uint64_t)> listener);
  void RemoveListener(std::uint64_t id);

 private:
  const std::size_t cache_readings_max_;
  mutable absl::Mutex mutex_;
  std::uint64_t oldest_ ABSL_GUARDED_BY(mutex_) = 1;
  std::uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<std::uint32_t> sizes_ ABSL_GUARDED_BY(mutex_);  // of batches oldest_..last_
  std::deque<LoggedBatchPtr> cache_ ABSL_GUARDED_BY(mutex_);
  std::size_t cache_readings_ ABSL_GUARDED_BY(mutex_) = 0;
  // Listeners have a separate mutex, so that one may call the tail.
  absl::Mutex listeners_mutex_;
  std::map<std::uint64_t, std::function<void(std::uint64_t)>> listeners_
      ABSL_GUARDED_BY(listeners_mutex_);
  std::uint64_t next_listener_ ABSL_GUARDED_BY(listeners_mutex_) = 1;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_LOG_TAIL_H_
