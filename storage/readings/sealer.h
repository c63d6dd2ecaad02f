// The sealer, which moves readings from the head into chunks and trims the log.
// Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_SEALER_H_
#define CITYLAYERS_STORAGE_READINGS_SEALER_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"

#include "storage/readings/chunk_writer.h"
#include "storage/readings/database.h"
#include "storage/readings/head.h"
#include "storage/readings/log_tail.h"
#include "storage/readings/readings_store_options.h"
#include "storage/readings/registry.h"
#include "storage/readings/writer.h"

namespace citylayers::storage {

/// Seals a series when it is full, and the series that have waited longest when the size of the
/// head, the size of the unsealed log or its age exceeds its limit. After a crash between a chunk
/// and the watermark the log is read again, which changes nothing. A series that cannot be sealed
/// stays in the log and in the head and is retried; the others continue. Thread-safe.
class Sealer {
 public:
  Sealer(const ReadingsStoreOptions& options, const Registry& registry, Database& database,
         Writer& writer, Head& head, LogTail& tail, ChunkWriter& chunks);
  ~Sealer();

  /// Sets the state from disk. On opening, before Start.
  void SetSealedOffset(std::uint64_t offset);
  void Start();
  /// Ends the thread; nothing is sealed after that. Series passed to Enqueue are left
  /// for the next opening.
  void Stop();
  /// Adds full series to the queue. Called on the writer thread.
  void Enqueue(std::vector<std::uint32_t> series);
  /// Seals everything that is in the head at the time of the call.
  absl::Status SealAll();
  /// Every batch up to this offset is in chunks.
  std::uint64_t sealed_offset() const;
  /// OK, or the reason why series wait: the log behind them cannot be trimmed.
  absl::Status status() const;

 private:
  void Run();
  absl::Status SealUpTo(std::uint64_t offset);
  absl::Status SealSeries(absl::Span<const std::uint32_t> series)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(sealing_);
  absl::Status SealGroup(absl::Span<const std::uint32_t> series)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(sealing_);
  void NoteOutcome(std::uint32_t series, const absl::Status& status);
  absl::Status AdvanceWatermark() ABSL_EXCLUSIVE_LOCKS_REQUIRED(sealing_);
  absl::Status SealWhatWaitsTooLong();
  using SteadyTime = std::chrono::steady_clock::time_point;
  // Returns the full series; waits for some, or for the end, until `until`.
  std::vector<std::uint32_t> TakeQueue(SteadyTime until);

  const ReadingsStoreOptions& options_;
  const Registry& registry_;
  Database& database_;
  Writer& writer_;
  Head& head_;
  LogTail& tail_;
  ChunkWriter& chunks_;

  absl::Mutex sealing_;  // one seal at a time; taken before mutex_ and queue_mutex_
  mutable absl::Mutex mutex_;
  std::uint64_t sealed_offset_ ABSL_GUARDED_BY(mutex_) = 0;
  // Series that wait, with the error.
  std::map<std::uint32_t, absl::Status> failing_ ABSL_GUARDED_BY(mutex_);
  // The log's end at past times; used by Run() only.
  std::deque<std::pair<SteadyTime, std::uint64_t>> ages_;

  // Standard library types, because absl::Mutex waits by the wall clock, which may be set back.
  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::vector<std::uint32_t> queue_;  // guarded by queue_mutex_
  bool stop_ = false;                 // guarded by queue_mutex_
  std::thread thread_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_SEALER_H_
