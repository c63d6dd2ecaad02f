#include "storage/readings/readings_log.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "storage/readings/batch_check.h"
#include "storage/readings/database.h"
#include "storage/readings/encoded_batch.h"
#include "storage/readings/log_codec.h"
#include "storage/readings/log_tail.h"
#include "storage/readings/registry.h"
#include "storage/readings/writer.h"

namespace citylayers::storage {

void ReadingsLog::AppendAsync(ReadingBatch batch, const RejectedRows& rejects, AppendDone done) {
  if (const absl::Status status = CheckBatch(batch, registry_.series_count()); !status.ok()) {
    done(status);
    return;
  }
  // -0.0 is not a distinct measurement, and would prevent its column from being stored as integers.
  // Encoded here, on the caller's thread: the writer thread waits for the disk.
  for (double& value : batch.values) value += 0.0;
  EncodedBatch encoded = EncodeBatch(batch, rejects, absl::Now());
  writer_.Append(std::move(batch), std::move(encoded), std::move(done));
}

absl::StatusOr<AppendResult> ReadingsLog::Append(ReadingBatch batch, const RejectedRows& rejects) {
  absl::Notification notified;
  absl::StatusOr<AppendResult> result;
  AppendAsync(std::move(batch), rejects, [&](absl::StatusOr<AppendResult> done) {
    result = std::move(done);
    notified.Notify();
  });
  notified.WaitForNotification();
  return result;
}

absl::StatusOr<std::vector<LoggedBatchPtr>> ReadingsLog::Read(std::uint64_t after_offset,
                                                              std::size_t readings_max) const {
  const auto too_old = [&] {
    return absl::OutOfRangeError(absl::StrCat(
        "the log after offset ", after_offset, " is no longer held: it starts after offset ",
        OldestResumeOffset(), "; read the latest readings and resume from there"));
  };
  if (after_offset < OldestResumeOffset()) return too_old();
  if (auto cached = tail_.Cached(after_offset, readings_max); cached.has_value()) return *cached;
  std::vector<LoggedBatchPtr> batches;
  const std::unique_ptr<rocksdb::Iterator> rows(
      database_.db().NewIterator(rocksdb::ReadOptions(), database_.log()));
  std::size_t readings = 0;
  std::uint64_t expected = after_offset + 1;
  for (rows->Seek(LogKey(expected)); rows->Valid() && readings < readings_max;
       rows->Next(), ++expected) {
    ASSIGN_OR_RETURN(const std::uint64_t offset, ParseLogKey(AsView(rows->key())));
    if (offset > tail_.last_offset()) break;  // On disk, but not in the head yet.
    if (offset != expected) return too_old();
    auto logged = std::make_shared<LoggedBatch>();
    logged->offset = offset;
    absl::StatusOr<ReadingBatch> batch = DecodeLogRow(AsView(rows->value()));
    if (!batch.ok())
      return database_.Damaged(absl::StrCat("batch ", offset, " in the log"), batch.status());
    logged->batch = *std::move(batch);
    readings += logged->batch.size();
    batches.push_back(std::move(logged));
  }
  RETURN_IF_ERROR(database_.ToStatus(rows->status(), "read the log of"));
  return batches;
}

std::uint64_t ReadingsLog::LastOffset() const { return tail_.last_offset(); }

std::uint64_t ReadingsLog::OldestResumeOffset() const { return tail_.oldest_offset() - 1; }

std::uint64_t ReadingsLog::AddListener(std::function<void(std::uint64_t)> listener) {
  return tail_.AddListener(std::move(listener));
}

void ReadingsLog::RemoveListener(std::uint64_t id) { tail_.RemoveListener(id); }

absl::Status ReadingsLog::WriteStatus() const {
  RETURN_IF_ERROR(database_.WriteStatus());
  return database_.CheckFreeSpace();
}

absl::Status ReadingsLog::AppendStatus() const {
  RETURN_IF_ERROR(WriteStatus());
  return writer_.CheckHead();
}

absl::Duration ReadingsLog::WriteWaiting() const { return writer_.waiting(); }

}  // namespace citylayers::storage
