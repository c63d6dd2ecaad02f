#include "services/readings/reading_watch.h"

#include <memory>

#include "base/status_macros.h"

namespace citylayers::readings {

using runtime::StreamStep;

namespace {

// Each read returns up to one message of rows.
constexpr int kReadsPerStep = 16;

}  // namespace

ReadingWatch::ReadingWatch(storage::ReadingsLog& log, const storage::Registry& registry,
                           MeasureFilter filter, std::uint64_t after_offset, bool stream_dictionary,
                           int rows_max, absl::Duration heartbeat, const Clock& monotonic)
    : log_(log),
      registry_(registry),
      filter_(std::move(filter)),
      offset_(after_offset),
      stream_dictionary_(stream_dictionary),
      rows_max_(static_cast<std::size_t>(rows_max)),
      heartbeat_(heartbeat),
      monotonic_(monotonic),
      listener_(log.AddListener([waker = waker()](std::uint64_t) { waker->Wake(); })) {}

ReadingWatch::~ReadingWatch() { log_.RemoveListener(listener_); }

absl::StatusOr<StreamStep> ReadingWatch::Next(v1::WatchReadingsResponse* response) {
  if (!stream_dictionary_) dictionary_.clear();
  ColumnsBuilder columns(registry_, *response->mutable_readings(), dictionary_);
  // Batches without a reading for this watcher are skipped, a few at a time; then the thread is
  // released, so that a search in a long log delays no other call, reports its position, and can be
  // cancelled.
  bool more = true;
  for (int reads = 0; columns.size() == 0 && reads < kReadsPerStep; ++reads) {
    ASSIGN_OR_RETURN(const std::vector<storage::LoggedBatchPtr> batches,
                     log_.Read(offset_, rows_max_));
    more = !batches.empty();
    if (!more) break;
    for (const storage::LoggedBatchPtr& logged : batches) {
      for (std::size_t i = 0; i < logged->batch.size(); ++i) {
        if (!filter_.Matches(logged->batch.series[i], registry_)) continue;
        columns.Add(logged->batch.series[i], logged->batch.row(i));
      }
    }
    offset_ = batches.back()->offset;
  }
  const absl::Time now = monotonic_.Now();
  if (columns.size() == 0 && now < last_message_ + heartbeat_) {
    return StreamStep::Wait(more ? absl::ZeroDuration() : last_message_ + heartbeat_ - now);
  }
  last_message_ = now;
  response->set_offset(offset_);
  response->set_caught_up(offset_ >= log_.LastOffset());
  response->set_oldest_offset(log_.OldestResumeOffset());
  return StreamStep::Message();
}

}  // namespace citylayers::readings
