#include "storage/readings/sealer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rocksdb/convenience.h"
#include <sys/resource.h>
#include <unistd.h>

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/log_codec.h"
#include "storage/readings/row_keys.h"

namespace citylayers::storage {
namespace {

// Number of series whose chunks share one write: large enough to share the sync, small enough not
// to delay the batches that wait behind it.
constexpr std::size_t kSeriesPerWrite = 32;

// Nice value of the sealing thread; other threads have 0.
constexpr int kNice = 5;

std::string Fixed64(std::uint64_t value) {
  std::string out;
  PutFixed64(out, value);
  return out;
}

}  // namespace

Sealer::Sealer(const ReadingsStoreOptions& options, const Registry& registry, Database& database,
               Writer& writer, Head& head, LogTail& tail, ChunkWriter& chunks)
    : options_(options),
      registry_(registry),
      database_(database),
      writer_(writer),
      head_(head),
      tail_(tail),
      chunks_(chunks) {}

Sealer::~Sealer() { Stop(); }

void Sealer::Stop() {
  {
    const std::lock_guard lock(queue_mutex_);
    stop_ = true;
  }
  queue_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Sealer::SetSealedOffset(std::uint64_t offset) {
  absl::MutexLock lock(&mutex_);
  sealed_offset_ = offset;
}

void Sealer::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Sealer::Enqueue(std::vector<std::uint32_t> series) {
  {
    const std::lock_guard lock(queue_mutex_);
    queue_.insert(queue_.end(), series.begin(), series.end());
  }
  queue_changed_.notify_all();
}

std::uint64_t Sealer::sealed_offset() const {
  absl::MutexLock lock(&mutex_);
  return sealed_offset_;
}

absl::Status Sealer::status() const {
  absl::MutexLock lock(&mutex_);
  if (failing_.empty()) return absl::OkStatus();
  const auto& [series, status] = *failing_.begin();
  return absl::Status(status.code(), absl::StrCat(failing_.size(),
                                                  " series cannot be moved into chunks, so the "
                                                  "log behind them is kept; series ",
                                                  series, ": ", status.message()));
}

void Sealer::NoteOutcome(std::uint32_t series, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  if (status.ok()) {
    failing_.erase(series);
  } else {
    failing_[series] = status;
  }
}

std::vector<std::uint32_t> Sealer::TakeQueue(SteadyTime until) {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait_until(lock, until, [this] { return stop_ || !queue_.empty(); });
  return std::exchange(queue_, {});
}

void Sealer::Run() {
  // Acknowledgements have priority when processors are few: unsealed readings can wait in the log.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
  const auto period = absl::ToChronoNanoseconds(options_.seal_check_every);
  SteadyTime next_check = std::chrono::steady_clock::now() + period;
  while (true) {
    const std::vector<std::uint32_t> full = TakeQueue(next_check);
    {
      const std::lock_guard lock(queue_mutex_);
      if (stop_) return;
    }
    if (!full.empty()) {
      absl::MutexLock lock(&sealing_);
      // An error has made the store read-only, or status() reports it: the readings stay in the log
      // and in the head.
      SealSeries(full).IgnoreError();
    }
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now < next_check) continue;
    next_check = now + period;
    database_.SyncMark();
    head_.Compact();
    SealWhatWaitsTooLong().IgnoreError();
  }
}

absl::Status Sealer::SealWhatWaitsTooLong() {
  const std::uint64_t sealed = sealed_offset();
  const std::uint64_t last = tail_.last_offset();
  const SteadyTime now = std::chrono::steady_clock::now();
  if (ages_.empty() ||
      (last > ages_.back().second && now - ages_.back().first > std::chrono::minutes(1))) {
    ages_.emplace_back(now, last);
  }
  while (!ages_.empty() && ages_.front().second <= sealed) ages_.pop_front();
  std::uint64_t up_to = 0;
  if (head_.reading_count() > options_.head_readings_max ||
      tail_.BytesAfter(sealed) > options_.unsealed_log_bytes_max) {
    up_to = sealed + (last - sealed + 1) / 2;
  }
  if (!ages_.empty() && absl::FromChrono(now - ages_.front().first) > options_.seal_after) {
    up_to = std::max(up_to, ages_.front().second);
  }
  if (up_to > sealed) return SealUpTo(up_to);
  absl::MutexLock lock(&sealing_);
  return AdvanceWatermark();
}

absl::Status Sealer::SealAll() { return SealUpTo(tail_.last_offset()); }

absl::Status Sealer::SealUpTo(std::uint64_t offset) {
  absl::MutexLock lock(&sealing_);
  absl::Status status = SealSeries(head_.SeriesUnsealedSince(offset));
  status.Update(AdvanceWatermark());
  return status;
}

absl::Status Sealer::SealSeries(absl::Span<const std::uint32_t> series) {
  absl::Status status;
  for (std::size_t start = 0; start < series.size() && database_.WriteStatus().ok();
       start += kSeriesPerWrite) {
    status.Update(SealGroup(series.subspan(start, kSeriesPerWrite)));
  }
  status.Update(database_.WriteStatus());
  return status;
}

absl::Status Sealer::SealGroup(absl::Span<const std::uint32_t> series) {
  std::vector<ChunkChange> changes;
  absl::Status status;
  for (const std::uint32_t id : series) {
    const std::optional<Head::Job> job = head_.StartSealing(id);
    if (!job.has_value()) continue;
    const MeasureDef* measure = registry_.Measure(id);
    absl::StatusOr<ChunkChange> change =
        chunks_.Plan(*job, measure == nullptr ? 0 : measure->decimals);
    NoteOutcome(id, change.status());
    if (!change.ok()) {
      head_.AbandonSealing(id);
      status.Update(change.status());
      continue;
    }
    chunks_.NoteLost(*change);
    changes.push_back(*std::move(change));
  }
  if (changes.empty()) return status;
  const absl::Status written = writer_.Commit(
      [&](rocksdb::WriteBatch& write) {
        for (const ChunkChange& change : changes) chunks_.Fill(change, write);
      },
      /*needs_space=*/false);
  for (const ChunkChange& change : changes) {
    if (written.ok()) {
      head_.FinishSealing(change.series, change.sealed);
    } else {
      head_.AbandonSealing(change.series);
    }
  }
  status.Update(written);
  return status;
}

absl::Status Sealer::AdvanceWatermark() {
  // First the end of the log, then the head: a batch that comes in between is
  // not counted as sealed.
  const std::uint64_t last = tail_.last_offset();
  const std::uint64_t sealed = std::min(last, head_.OldestUnsealedOffset(last + 1) - 1);
  const std::uint64_t oldest = tail_.oldest_offset();
  const std::uint64_t keep =
      tail_.TrimPoint(sealed, options_.log_retention_batches, options_.log_retention_bytes);
  if (sealed == sealed_offset() && keep == oldest) return absl::OkStatus();
  RETURN_IF_ERROR(writer_.Commit(
      [&](rocksdb::WriteBatch& write) {
        write.Put(database_.state(), AsSlice(kWatermarkKey), Fixed64(sealed));
        if (keep == oldest) return;
        write.Put(database_.state(), AsSlice(kOldestKey), Fixed64(keep));
        write.DeleteRange(database_.log(), LogKey(oldest), LogKey(keep));
      },
      /*needs_space=*/false));
  {
    absl::MutexLock lock(&mutex_);
    sealed_offset_ = sealed;
  }
  if (keep == oldest) return absl::OkStatus();
  tail_.Trim(keep);
  const std::string begin = LogKey(0);
  const std::string end = LogKey(keep - 1);
  const rocksdb::Slice begin_slice(begin);
  const rocksdb::Slice end_slice(end);
  return database_.ToStatus(
      rocksdb::DeleteFilesInRange(&database_.db(), database_.log(), &begin_slice, &end_slice),
      "trim the log of");
}

}  // namespace citylayers::storage
