// The only thread that writes to the readings database. Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_WRITER_H_
#define CITYLAYERS_STORAGE_READINGS_WRITER_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rocksdb/write_batch.h"

#include "storage/readings/append_result.h"
#include "storage/readings/database.h"
#include "storage/readings/dedupe_windows.h"
#include "storage/readings/encoded_batch.h"
#include "storage/readings/head.h"
#include "storage/readings/log_tail.h"
#include "storage/readings/reading.h"
#include "storage/readings/readings_store_options.h"

namespace citylayers::storage {

/// Takes all waiting batches, writes them with one sync, adds them to the head, and calls their
/// `done`. RocksDB guarantees a log without holes only while every write uses the same options, so
/// all writes of the store go through this class. Thread-safe.
class Writer {
 public:
  /// Adds a commit's rows to the write of the group.
  using Fill = std::function<void(rocksdb::WriteBatch&)>;
  struct Figures {
    std::uint64_t batches = 0;
    std::uint64_t syncs = 0;
    double sync_seconds = 0;
    std::uint64_t queued = 0;
    std::uint64_t queued_bytes = 0;
    std::uint64_t dedupe_sources = 0;
  };

  /// `on_full` receives the series that are full; called on the writer thread.
  Writer(const ReadingsStoreOptions& options, Database& database, Head& head, LogTail& tail,
         DedupeWindows& windows, std::function<void(std::vector<std::uint32_t>)> on_full);
  /// Writes the waiting batches, then ends.
  ~Writer();

  /// Starts the thread. Call it once the store is loaded.
  void Start();
  /// See ReadingsLog::AppendAsync.
  void Append(ReadingBatch batch, EncodedBatch encoded, AppendDone done);
  /// Writes other rows durably, and waits for it. `needs_space`: refused when the disk is nearly
  /// full; false for sealing, which frees space.
  absl::Status Commit(Fill fill, bool needs_space);
  Figures figures() const;
  /// OK, or the reason why batches are refused until readings have moved into chunks.
  absl::Status CheckHead() const;
  /// Time that the current write has waited for the disk.
  absl::Duration waiting() const;

 private:
  struct Item {
    ReadingBatch batch;
    EncodedBatch encoded;
    std::size_t bytes = 0;  // memory charged to the queue
    AppendDone done;
    Fill fill;
    bool needs_space = true;
    std::function<void(absl::Status)> committed;
    AppendResult result;
    absl::Status refused;
  };

  void Run();
  std::vector<Item> TakeGroup();
  void CommitGroup(std::vector<Item> group);
  void PrepareAppend(Item& item, rocksdb::WriteBatch& write, std::uint64_t& next_offset);
  void PutDeadLetters(const Item& item, rocksdb::WriteBatch& write);
  void Publish(std::vector<Item>& group);
  absl::Status CheckRoom(std::size_t bytes) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ReadingsStoreOptions& options_;
  Database& database_;
  Head& head_;
  LogTail& tail_;
  DedupeWindows& windows_;
  const std::function<void(std::vector<std::uint32_t>)> on_full_;

  mutable absl::Mutex mutex_;
  std::deque<Item> queue_ ABSL_GUARDED_BY(mutex_);
  std::size_t queue_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  Figures figures_ ABSL_GUARDED_BY(mutex_);
  using SteadyTime = std::chrono::steady_clock::time_point;
  std::optional<SteadyTime> write_start_ ABSL_GUARDED_BY(mutex_);  // of the current write
  std::uint32_t dead_letter_count_ = 0;
  std::thread thread_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_WRITER_H_
