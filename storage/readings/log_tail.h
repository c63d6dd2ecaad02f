// The newest end of the log: held offsets, recent batches, and notification of watchers.
#ifndef CITYLAYERS_STORAGE_READINGS_LOG_TAIL_H_
#define CITYLAYERS_STORAGE_READINGS_LOG_TAIL_H_

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
  explicit LogTail(size_t cache_readings_max) : cache_readings_max_(cache_readings_max) {}

  /// Used on opening: the log is empty, and its next batch gets `next_offset`.
  void Reset(uint64_t next_offset);
  /// Adds a batch that is on disk; its offset is one more than that of the batch before. `batch`
  /// may be nullptr (on opening, for batches that need not be decoded).
  void Add(uint64_t row_bytes, LoggedBatchPtr batch);
  /// Notifies listeners and waiters; separate from Add, so that a group of batches notifies once.
  void Notify();

  uint64_t last_offset() const;
  /// Offset of the oldest batch held; last_offset() + 1 when none is.
  uint64_t oldest_offset() const;
  uint64_t held_bytes() const;
  /// Bytes of the held batches after `offset`.
  uint64_t BytesAfter(uint64_t offset) const;

  /// The least offset from which the log can be kept when it may have `batches` batches and `bytes`
  /// bytes, and everything after `sealed_offset` must stay.
  uint64_t TrimPoint(uint64_t sealed_offset, uint64_t batches, uint64_t bytes) const;
  /// Drops the batches before `oldest`.
  void Trim(uint64_t oldest);

  /// Decoded batches after `after_offset`, or nullopt when the first of them is not in memory.
  std::optional<std::vector<LoggedBatchPtr>> Cached(uint64_t after_offset,
                                                    size_t readings_max) const;

  uint64_t AddListener(std::function<void(uint64_t)> listener);
  void RemoveListener(uint64_t id);

 private:
  const size_t cache_readings_max_;
  mutable absl::Mutex mutex_;
  uint64_t oldest_ ABSL_GUARDED_BY(mutex_) = 1;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<uint32_t> sizes_ ABSL_GUARDED_BY(mutex_);  // of batches oldest_..last_
  std::deque<LoggedBatchPtr> cache_ ABSL_GUARDED_BY(mutex_);
  size_t cache_readings_ ABSL_GUARDED_BY(mutex_) = 0;
  // Listeners have a separate mutex, so that one may call the tail.
  absl::Mutex listeners_mutex_;
  std::map<uint64_t, std::function<void(uint64_t)>> listeners_ ABSL_GUARDED_BY(listeners_mutex_);
  uint64_t next_listener_ ABSL_GUARDED_BY(listeners_mutex_) = 1;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_LOG_TAIL_H_
