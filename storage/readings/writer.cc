#include "storage/readings/writer.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/dedupe_codec.h"
#include "storage/readings/log_codec.h"

namespace citylayers::storage {

Writer::Writer(const ReadingsStoreOptions& options, Database& database, Head& head, LogTail& tail,
               DedupeWindows& windows, std::function<void(std::vector<std::uint32_t>)> on_full)
    : options_(options),
      database_(database),
      head_(head),
      tail_(tail),
      windows_(windows),
      on_full_(std::move(on_full)) {}

Writer::~Writer() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Writer::Start() {
  {
    absl::MutexLock lock(&mutex_);
    figures_.dedupe_sources = windows_.source_count();
  }
  thread_ = std::thread([this] { Run(); });
}

absl::Status Writer::CheckRoom(std::size_t bytes) const {
  if (stop_) return absl::UnavailableError("the readings store is closing");
  if (queue_.size() >= options_.queue_batches_max ||
      queue_bytes_ + bytes > options_.queue_bytes_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the write queue is full (", queue_.size(), " batches, ", queue_bytes_,
                     " bytes): send the batch again a little later"));
  }
  return CheckHead();
}

absl::Status Writer::CheckHead() const {
  if (head_.reading_count() <= 2 * options_.head_readings_max) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(head_.reading_count(),
                   " readings wait for their chunks: send the batch again a little later"));
}

void Writer::Append(ReadingBatch batch, EncodedBatch encoded, AppendDone done) {
  absl::Status status = database_.WriteStatus();
  if (status.ok()) {
    const std::size_t bytes = MemoryOf(batch, encoded);
    absl::MutexLock lock(&mutex_);
    status = CheckRoom(bytes);
    if (status.ok()) {
      Item& item = queue_.emplace_back();
      item.batch = std::move(batch);
      item.encoded = std::move(encoded);
      item.bytes = bytes;
      item.done = std::move(done);
      queue_bytes_ += bytes;
      return;
    }
  }
  done(status);
}

absl::Status Writer::Commit(Fill fill, bool needs_space) {
  absl::Notification notified;
  absl::Status result;
  {
    absl::MutexLock lock(&mutex_);
    if (stop_) return absl::UnavailableError("the readings store is closing");
    Item& item = queue_.emplace_back();
    item.fill = std::move(fill);
    item.needs_space = needs_space;
    item.committed = [&notified, &result](absl::Status status) {
      result = std::move(status);
      notified.Notify();
    };
  }
  notified.WaitForNotification();
  return result;
}

Writer::Figures Writer::figures() const {
  absl::MutexLock lock(&mutex_);
  Figures figures = figures_;
  figures.queued = queue_.size();
  figures.queued_bytes = queue_bytes_;
  return figures;
}

absl::Duration Writer::waiting() const {
  absl::MutexLock lock(&mutex_);
  if (!write_start_.has_value()) return absl::ZeroDuration();
  return absl::FromChrono(std::chrono::steady_clock::now() - *write_start_);
}

void Writer::Run() {
  while (true) {
    std::vector<Item> group = TakeGroup();
    if (group.empty()) return;
    CommitGroup(std::move(group));
  }
}

std::vector<Writer::Item> Writer::TakeGroup() {
  absl::MutexLock lock(&mutex_);
  const auto something = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stop_ || !queue_.empty();
  };
  mutex_.Await(absl::Condition(&something));
  std::vector<Item> group;
  std::size_t bytes = 0;
  std::size_t written_bytes = 0;
  while (!queue_.empty() && (group.empty() || written_bytes < options_.group_bytes_max)) {
    const Item& item = queue_.front();
    bytes += item.bytes;
    written_bytes += item.encoded.log_row.size();
    for (const std::string& row : item.encoded.dead_letters) written_bytes += row.size();
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queue_bytes_ -= bytes;
  return group;
}

void Writer::PutDeadLetters(const Item& item, rocksdb::WriteBatch& write) {
  const std::int64_t now_us = absl::ToUnixMicros(absl::Now());
  for (const std::string& row : item.encoded.dead_letters) {
    std::string key;
    PutFixed64(key, static_cast<std::uint64_t>(now_us));
    PutFixed32(key, dead_letter_count_++);
    write.Put(database_.dead_letter(), key, row);
  }
}

// Decides about one batch and adds its rows to the write. The windows are changed at once, so that
// a repeat in the same group is detected; if the write fails, the store accepts no more batches.
void Writer::PrepareAppend(Item& item, rocksdb::WriteBatch& write, std::uint64_t& next_offset) {
  const ReadingBatch& batch = item.batch;
  if (batch.sequence != 0) {
    absl::StatusOr<std::optional<AppendResult>> known =
        windows_.Find(batch.source, batch.epoch, batch.sequence);
    if (!known.ok()) {
      item.refused = known.status();
      return;
    }
    if (known->has_value()) {
      item.result = **known;
      return;
    }
  }
  item.result.accepted_count = static_cast<std::uint32_t>(batch.size());
  item.result.rejected_count = item.encoded.rejected_count;
  if (batch.size() > 0) {
    item.result.offset = next_offset++;
    write.Put(database_.log(), LogKey(item.result.offset), item.encoded.log_row);
  }
  PutDeadLetters(item, write);
  if (batch.sequence == 0) return;
  // Deletes dropped results first: they may include this key, evicted while the store was loaded.
  for (const DedupeWindows::Forgotten& old :
       windows_.Insert(batch.source, batch.epoch, batch.sequence, item.result)) {
    write.Delete(database_.state(), DedupeKey(old.source, old.epoch, old.sequence));
  }
  write.Put(database_.state(), DedupeKey(batch.source, batch.epoch, batch.sequence),
            EncodeAppendResult(item.result));
}

void Writer::CommitGroup(std::vector<Item> group) {
  rocksdb::WriteBatch write;
  std::uint64_t next_offset = tail_.last_offset() + 1;
  const absl::Status space = database_.CheckFreeSpace();
  for (Item& item : group) {
    if (item.needs_space && !space.ok()) {
      item.refused = space;
    } else if (item.fill) {
      item.fill(write);
    } else {
      PrepareAppend(item, write, next_offset);
    }
  }
  const auto start = std::chrono::steady_clock::now();
  {
    absl::MutexLock lock(&mutex_);
    write_start_ = start;
  }
  const absl::Status written =
      write.Count() == 0 ? database_.WriteStatus() : database_.Write(write, next_offset - 1);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  {
    absl::MutexLock lock(&mutex_);
    write_start_.reset();
    figures_.batches += next_offset - tail_.last_offset() - 1;
    if (write.Count() != 0) {
      figures_.syncs += 1;
      figures_.sync_seconds += took.count();
    }
    figures_.dedupe_sources = windows_.source_count();
  }
  if (written.ok()) Publish(group);
  for (Item& item : group) {
    const absl::Status status = written.ok() ? item.refused : written;
    if (item.committed) {
      item.committed(status);
    } else if (status.ok()) {
      item.done(item.result);
    } else {
      item.done(status);
    }
  }
}

// The head before the tail: a reader that receives an offset finds its readings.
void Writer::Publish(std::vector<Item>& group) {
  std::vector<std::uint32_t> full;
  bool added = false;
  for (Item& item : group) {
    if (item.fill || !item.refused.ok() || item.result.duplicate || item.result.offset == 0) {
      continue;
    }
    const std::vector<std::uint32_t> more = head_.Apply(item.result.offset, item.batch);
    full.insert(full.end(), more.begin(), more.end());
    auto logged = std::make_shared<LoggedBatch>();
    logged->offset = item.result.offset;
    logged->batch = std::move(item.batch);
    tail_.Add(item.encoded.log_row.size(), std::move(logged));
    added = true;
  }
  if (!full.empty()) on_full_(std::move(full));
  if (added) tail_.Notify();
}

}  // namespace citylayers::storage
