// The readings store on RocksDB, composed of the parts in this folder. Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_ROCKS_READINGS_STORE_H_
#define CITYLAYERS_STORAGE_READINGS_ROCKS_READINGS_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "storage/readings/chunk_store.h"
#include "storage/readings/database.h"
#include "storage/readings/dedupe_windows.h"
#include "storage/readings/head.h"
#include "storage/readings/log_tail.h"
#include "storage/readings/readings_store.h"
#include "storage/readings/registry.h"
#include "storage/readings/sealer.h"
#include "storage/readings/writer.h"

namespace citylayers::storage {

/// See ReadingsStore. Call Load() first, and once.
class RocksReadingsStore final : public ReadingsStore {
 public:
  RocksReadingsStore(ReadingsStoreOptions options, std::unique_ptr<Database> database)
      : options_(std::move(options)),
        database_(std::move(database)),
        windows_({.window = options_.dedupe_window,
                  .sources_max = options_.dedupe_sources_max,
                  .jump_max = options_.dedupe_jump_max,
                  .first_max = options_.dedupe_first_max}),
        head_(options_.chunk_readings),
        tail_(options_.tail_cache_readings),
        chunks_(*database_, options_.chunk_readings),
        dead_letters_(*database_) {}

  ~RocksReadingsStore() override {
    // The sealer writes through the writer, and the writer reports full series to the sealer until
    // its queue is empty.
    if (sealer_ != nullptr) sealer_->Stop();
    writer_.reset();
    sealer_.reset();
  }

  absl::Status Load();

  absl::StatusOr<std::vector<std::uint32_t>> RegisterMeasures(
      std::vector<MeasureDef> measures) override;
  std::optional<std::uint32_t> FindSeries(std::string_view name) const override {
    return registry_.Find(name);
  }
  absl::StatusOr<std::vector<std::uint32_t>> MatchSeries(std::string_view name) const override {
    return registry_.Match(name);
  }
  const MeasureDef* Measure(std::uint32_t series) const override {
    return registry_.Measure(series);
  }
  absl::Status SeedStations(std::vector<StationDef> stations,
                            std::vector<MeasureDef> measures) override;
  std::optional<StationDef> FindStation(std::string_view id) const override {
    return registry_.FindStation(id);
  }
  std::vector<StationDef> StationsAfter(std::string_view after,
                                        std::size_t count_max) const override {
    return registry_.StationsAfter(after, count_max);
  }
  std::vector<std::uint32_t> SeriesOfStation(std::string_view id) const override {
    return registry_.SeriesOfStation(id);
  }

  void AppendAsync(ReadingBatch batch, RejectedRows rejects, AppendDone done) override;
  std::vector<std::optional<StoredReading>> Latest(
      absl::Span<const std::uint32_t> series) const override {
    return head_.Latest(series);
  }
  using ReadingsStore::Query;
  absl::StatusOr<std::vector<StoredReading>> Query(std::uint32_t series, std::int64_t start_ms,
                                                   std::int64_t end_ms,
                                                   std::size_t count_max) const override;
  absl::StatusOr<std::vector<WindowAggregate>> Aggregate(std::uint32_t series,
                                                         std::int64_t start_ms, std::int64_t end_ms,
                                                         std::int64_t window_ms) const override;

  absl::StatusOr<std::vector<LoggedBatchPtr>> ReadLog(std::uint64_t after_offset,
                                                      std::size_t readings_max) const override;
  std::uint64_t LastOffset() const override { return tail_.last_offset(); }
  std::uint64_t OldestResumeOffset() const override { return tail_.oldest_offset() - 1; }
  std::uint64_t AddListener(std::function<void(std::uint64_t)> listener) override {
    return tail_.AddListener(std::move(listener));
  }
  void RemoveListener(std::uint64_t id) override { tail_.RemoveListener(id); }

  const DeadLetters& dead_letters() const override { return dead_letters_; }
  absl::Status PutState(std::string_view key, std::string_view bytes) override;
  absl::StatusOr<std::string> GetState(std::string_view key) const override;
  absl::Status Seal() override { return sealer_->SealAll(); }
  absl::Status DropExpired(absl::Time time) override;
  absl::Status Compact() override;
  ReadingsStoreStats Stats() const override;
  absl::Status WriteStatus() const override;
  absl::Status SealStatus() const override { return sealer_->status(); }
  absl::Status AppendStatus() const override;
  absl::Duration WriteWaiting() const override { return writer_->waiting(); }
  std::string Loss() const override { return loss_; }

 private:
  const ReadingsStoreOptions options_;
  std::unique_ptr<Database> database_;
  Registry registry_;
  absl::Mutex registering_;  // measures are written, then added; one caller at a time
  DedupeWindows windows_;
  Head head_;
  LogTail tail_;
  ChunkStore chunks_;
  const DeadLetters dead_letters_;
  std::string loss_;  // written by Load() only, like the next
  std::uint64_t lost_batches_ = 0;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_ROCKS_READINGS_STORE_H_
