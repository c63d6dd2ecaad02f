// The durable log of batches of readings.
#ifndef CITYLAYERS_STORAGE_READINGS_READINGS_LOG_H_
#define CITYLAYERS_STORAGE_READINGS_READINGS_LOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "storage/readings/append_result.h"
#include "storage/readings/reading.h"
#include "storage/readings/rejected_rows.h"

namespace citylayers::storage {

class Database;
class LogTail;
class Registry;
class Writer;

/// Appends batches, and returns them in order to watchers.
///  - Durable: a batch is acknowledged after a synced write; many batches share a sync.
///  - Exactly once: a repeated (source, epoch, sequence) is acknowledged again
///    and not stored again.
///  - When the disk is full or fails, appends are refused (RESOURCE_EXHAUSTED or UNAVAILABLE,
///    naming the directory), and reads continue. A failed sync is never retried: the store stays
///    read-only until it is reopened.
/// Thread-safe. No method throws. Part of a ReadingsStore.
class ReadingsLog {
 public:
  ReadingsLog(Database& database, const Registry& registry, LogTail& tail, Writer& writer)
      : database_(database), registry_(registry), tail_(tail), writer_(writer) {}

  /// Stores the batch (-0.0 as 0.0), and the rejected rows separately. INVALID_ARGUMENT: unequal
  /// columns, an unknown series, a value that is not finite or a time before 1970; nothing is
  /// stored then. RESOURCE_EXHAUSTED: the queue or the disk is full. UNAVAILABLE: the disk failed
  /// earlier. OUT_OF_RANGE: a sequence older than the window.
  void AppendAsync(ReadingBatch batch, const RejectedRows& rejects, AppendDone done);
  /// As AppendAsync, but waits: not for threads that must not block.
  absl::StatusOr<AppendResult> Append(ReadingBatch batch, const RejectedRows& rejects);

  /// Batches with an offset greater than `after_offset`, in order: at least one if there is any,
  /// and further ones up to `readings_max` readings in total. OUT_OF_RANGE: some of them were
  /// trimmed. DATA_LOSS: one of them is damaged; the message names it.
  absl::StatusOr<std::vector<LoggedBatchPtr>> Read(std::uint64_t after_offset,
                                                   std::size_t readings_max) const;
  std::uint64_t LastOffset() const;
  /// The least `after_offset` that Read accepts.
  std::uint64_t OldestResumeOffset() const;
  /// Calls `listener` with the last offset after each commit, on the writer thread; it must be
  /// quick. It is not called after RemoveListener returns.
  std::uint64_t AddListener(std::function<void(std::uint64_t last_offset)> listener);
  void RemoveListener(std::uint64_t id);

  /// OK, or the reason why the disk refuses appends: RESOURCE_EXHAUSTED when it is full or nearly
  /// full, UNAVAILABLE when it failed. A full queue is not such a reason: it is temporary.
  absl::Status WriteStatus() const;
  /// OK, or the reason why batches are refused: WriteStatus, or too many readings in memory. A full
  /// queue is not such a reason: it is temporary, or WriteWaiting shows it.
  absl::Status AppendStatus() const;
  /// Time that the current write has waited for the disk; zero when there is none.
  absl::Duration WriteWaiting() const;

 private:
  Database& database_;
  const Registry& registry_;
  LogTail& tail_;
  Writer& writer_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READINGS_LOG_H_
