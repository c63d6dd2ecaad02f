#include "storage/readings/rocks_readings_store.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rocksdb/convenience.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/batch_check.h"
#include "storage/readings/readings_loader.h"
#include "storage/readings/row_codec.h"
#include "storage/readings/window_aggregator.h"

namespace citylayers::storage {
namespace {

std::string MeasureKey(std::uint32_t series) {
  std::string key(1, kMeasurePrefix);
  PutFixed32(key, series);
  return key;
}

std::string Prefixed(char prefix, std::string_view name) {
  std::string key(1, prefix);
  key.append(name);
  return key;
}

}  // namespace

absl::Status RocksReadingsStore::Load() {
  writer_ = std::make_unique<Writer>(options_, *database_, head_, tail_, windows_,
                                     [this](std::vector<std::uint32_t> full) {
                                       if (options_.seal_in_background) {
                                         sealer_->Enqueue(std::move(full));
                                       }
                                     });
  ReadingsLoader loader(options_.directory, *database_, registry_, windows_, head_, tail_, chunks_);
  ASSIGN_OR_RETURN(ReadingsLoader::Result loaded, loader.Load());
  loss_ = std::move(loaded.loss);
  lost_batches_ = loaded.lost_batches;
  sealer_ = std::make_unique<Sealer>(options_, registry_, *database_, *writer_, head_, tail_,
                                     chunks_, loaded.sealed_offset);
  writer_->Start();
  if (options_.seal_in_background) sealer_->Start();
  return absl::OkStatus();
}

// --- Registry.

absl::StatusOr<std::vector<std::uint32_t>> RocksReadingsStore::RegisterMeasures(
    std::vector<MeasureDef> measures) {
  for (const MeasureDef& measure : measures) RETURN_IF_ERROR(CheckMeasure(measure));
  absl::MutexLock lock(&registering_);
  std::vector<MeasureDef> fresh;
  absl::flat_hash_map<std::string, std::uint32_t> fresh_series;
  for (const MeasureDef& measure : measures) {
    if (registry_.Find(measure.name).has_value() || fresh_series.contains(measure.name)) continue;
    const std::uint32_t series =
        registry_.series_count() + static_cast<std::uint32_t>(fresh.size());
    if (series >= options_.series_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the registry holds series_max = ", options_.series_max, " measures"));
    }
    fresh_series.emplace(measure.name, series);
    fresh.push_back(measure);
  }
  if (!fresh.empty()) {
    RETURN_IF_ERROR(writer_->Commit(
        [&](rocksdb::WriteBatch& write) {
          for (const MeasureDef& measure : fresh) {
            write.Put(database_->meta(), MeasureKey(fresh_series[measure.name]),
                      EncodeMeasure(measure));
          }
        },
        /*needs_space=*/true));
    for (MeasureDef& measure : fresh) registry_.AddMeasure(std::move(measure));
  }
  std::vector<std::uint32_t> series;
  series.reserve(measures.size());
  for (const MeasureDef& measure : measures) series.push_back(*registry_.Find(measure.name));
  return series;
}

absl::Status RocksReadingsStore::SeedStations(std::vector<StationDef> stations,
                                              std::vector<MeasureDef> measures) {
  RETURN_IF_ERROR(RegisterMeasures(std::move(measures)).status());
  absl::MutexLock lock(&registering_);
  std::vector<StationDef> fresh;
  for (StationDef& station : stations) {
    const bool named = ParseMeasureName(absl::StrCat("stations/", station.id, "/measures/x")).ok();
    if (!named || station.id == "-" || station.name_vi.size() > 256 ||
        station.name_en.size() > 256) {
      return absl::InvalidArgumentError(absl::StrCat(
          "station '", station.id,
          "': an id has 1 to 63 letters, digits, '_', '-' or '.', and names at most 256 bytes"));
    }
    if (!registry_.FindStation(station.id).has_value()) fresh.push_back(std::move(station));
  }
  if (fresh.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(writer_->Commit(
      [&](rocksdb::WriteBatch& write) {
        for (const StationDef& station : fresh) {
          write.Put(database_->meta(), Prefixed(kStationPrefix, station.id),
                    EncodeStation(station));
        }
      },
      /*needs_space=*/true));
  for (StationDef& station : fresh) registry_.AddStation(std::move(station));
  return absl::OkStatus();
}

// --- Writing.

void RocksReadingsStore::AppendAsync(ReadingBatch batch, RejectedRows rejects, AppendDone done) {
  if (const absl::Status status = CheckBatch(batch, registry_.series_count()); !status.ok()) {
    done(status);
    return;
  }
  // -0.0 is not a distinct measurement, and would prevent its column from being stored as integers.
  // Encoded here, on the caller's thread: the writer thread waits for the disk.
  for (double& value : batch.values) value += 0.0;
  Writer::Encoded encoded;
  encoded.log_row = EncodeLogRow(batch);
  encoded.rejected_count = static_cast<std::uint32_t>(rejects.size());
  if (!rejects.empty()) {
    const DeadLetterBatch of{absl::ToUnixMicros(absl::Now()), batch.source, batch.epoch,
                             batch.sequence};
    for (std::size_t start = 0; start < rejects.size(); start += kDeadLettersPerRow) {
      encoded.dead_letters.push_back(EncodeDeadLetters(
          of, rejects, start, std::min(kDeadLettersPerRow, rejects.size() - start)));
    }
  }
  writer_->Append(std::move(batch), std::move(encoded), std::move(done));
}

// --- Reading. First the head, then the chunks: a reading that moves from one to the other
// meanwhile is seen twice and merged, never missed.

absl::StatusOr<std::vector<StoredReading>> RocksReadingsStore::Query(std::uint32_t series,
                                                                     std::int64_t start_ms,
                                                                     std::int64_t end_ms,
                                                                     std::size_t count_max) const {
  std::vector<StoredReading> recent;
  head_.Collect(series, start_ms, end_ms, recent);
  ASSIGN_OR_RETURN(std::vector<StoredReading> readings,
                   chunks_.Read(series, start_ms, end_ms, count_max));
  // When the chunks were left early, they are complete up to their last reading: readings of the
  // head after it are beyond the first count_max.
  if (!recent.empty()) readings = MergeReadings(readings, recent);
  if (readings.size() > count_max) readings.resize(count_max);
  return readings;
}

absl::StatusOr<std::vector<WindowAggregate>> RocksReadingsStore::Aggregate(
    std::uint32_t series, std::int64_t start_ms, std::int64_t end_ms,
    std::int64_t window_ms) const {
  if (window_ms < 1) return absl::InvalidArgumentError("a window must be at least 1 ms long");
  std::vector<StoredReading> recent;
  head_.Collect(series, start_ms, end_ms, recent);
  WindowAggregator windows(window_ms);
  std::size_t next = 0;
  RETURN_IF_ERROR(chunks_.Visit(
      series, start_ms, end_ms,
      [&](ChunkKey, const ChunkStats& chunk, std::string_view bytes) -> absl::Status {
        while (next < recent.size() && recent[next].time_ms < chunk.first_ms) {
          windows.Add(recent[next++]);
        }
        const std::size_t overlap = next;
        while (next < recent.size() && recent[next].time_ms <= chunk.last_ms) ++next;
        if (next == overlap && chunk.first_ms >= start_ms && chunk.last_ms < end_ms &&
            windows.WindowOf(chunk.first_ms) == windows.WindowOf(chunk.last_ms)) {
          windows.Add(chunk);
          return absl::OkStatus();
        }
        ASSIGN_OR_RETURN(const std::vector<StoredReading> old, DecodeChunk(bytes));
        for (const StoredReading& reading :
             MergeReadings(old, absl::MakeConstSpan(recent).subspan(overlap, next - overlap))) {
          if (reading.time_ms >= start_ms && reading.time_ms < end_ms) windows.Add(reading);
        }
        return absl::OkStatus();
      }));
  while (next < recent.size()) windows.Add(recent[next++]);
  return windows.Take();
}

absl::StatusOr<std::vector<LoggedBatchPtr>> RocksReadingsStore::ReadLog(
    std::uint64_t after_offset, std::size_t readings_max) const {
  const auto too_old = [&] {
    return absl::OutOfRangeError(absl::StrCat(
        "the log after offset ", after_offset, " is no longer held: it starts after offset ",
        OldestResumeOffset(), "; read the latest readings and resume from there"));
  };
  if (after_offset < OldestResumeOffset()) return too_old();
  if (auto cached = tail_.Cached(after_offset, readings_max); cached.has_value()) return *cached;
  std::vector<LoggedBatchPtr> batches;
  const std::unique_ptr<rocksdb::Iterator> rows(
      database_->db().NewIterator(rocksdb::ReadOptions(), database_->log()));
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
      return database_->Damaged(absl::StrCat("batch ", offset, " in the log"), batch.status());
    logged->batch = *std::move(batch);
    readings += logged->batch.size();
    batches.push_back(std::move(logged));
  }
  RETURN_IF_ERROR(database_->ToStatus(rows->status(), "read the log of"));
  return batches;
}

// --- Small state and upkeep.

absl::Status RocksReadingsStore::PutState(std::string_view key, std::string_view bytes) {
  return writer_->Commit(
      [&](rocksdb::WriteBatch& write) {
        write.Put(database_->state(), Prefixed(kUserStatePrefix, key), AsSlice(bytes));
      },
      /*needs_space=*/false);
}

absl::StatusOr<std::string> RocksReadingsStore::GetState(std::string_view key) const {
  std::string value;
  const rocksdb::Status status = database_->db().Get(rocksdb::ReadOptions(), database_->state(),
                                                     Prefixed(kUserStatePrefix, key), &value);
  if (status.IsNotFound()) return std::string();
  RETURN_IF_ERROR(database_->ToStatus(status, "read"));
  return value;
}

absl::Status RocksReadingsStore::DropExpired(absl::Time time) {
  const std::int64_t keep_ms =
      std::min(absl::ToUnixMillis(time - options_.retention), kLatestTimeMs);
  if (keep_ms < kBucketMs) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool has_old, chunks_.HasBefore(BucketOf(keep_ms)));
  const std::vector<LostRange> lost =
      chunks_.lost_ranges().TakeBefore(keep_ms - keep_ms % kBucketMs);
  if (!has_old && lost.empty()) return absl::OkStatus();
  const std::string begin = ChunkPrefix(0, 0);
  const std::string end = ChunkPrefix(BucketOf(keep_ms), 0);
  RETURN_IF_ERROR(writer_->Commit(
      [&](rocksdb::WriteBatch& write) {
        write.DeleteRange(database_->chunk(), begin, end);
        for (const LostRange& range : lost) {
          write.Delete(database_->state(), LostChunkKey(range.series, range.start_ms));
        }
      },
      /*needs_space=*/false));
  const rocksdb::Slice begin_slice(begin);
  const rocksdb::Slice end_slice(end);
  return database_->ToStatus(
      rocksdb::DeleteFilesInRange(&database_->db(), database_->chunk(), &begin_slice, &end_slice,
                                  /*include_end=*/false),
      "drop old weeks of");
}

absl::Status RocksReadingsStore::WriteStatus() const {
  RETURN_IF_ERROR(database_->WriteStatus());
  return database_->CheckFreeSpace();
}

absl::Status RocksReadingsStore::AppendStatus() const {
  RETURN_IF_ERROR(WriteStatus());
  return writer_->CheckHead();
}

absl::Status RocksReadingsStore::Compact() {
  for (rocksdb::ColumnFamilyHandle* family :
       {database_->state(), database_->meta(), database_->log(), database_->chunk()}) {
    rocksdb::CompactRangeOptions all;
    all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    RETURN_IF_ERROR(database_->ToStatus(database_->db().CompactRange(all, family, nullptr, nullptr),
                                        "compact"));
  }
  return absl::OkStatus();
}

ReadingsStoreStats RocksReadingsStore::Stats() const {
  const Writer::Figures writer = writer_->figures();
  ReadingsStoreStats stats;
  stats.series_count = registry_.series_count();
  stats.last_offset = tail_.last_offset();
  stats.oldest_offset = tail_.oldest_offset();
  stats.sealed_offset = sealer_->sealed_offset();
  stats.log_bytes = tail_.held_bytes();
  stats.head_readings = head_.reading_count();
  stats.queued_batches = writer.queued;
  stats.queued_bytes = writer.queued_bytes;
  stats.database_bytes = database_->memory_bytes();
  stats.batches_committed = writer.batches;
  stats.syncs = writer.syncs;
  stats.sync_seconds = writer.sync_seconds;
  stats.lost_batches = lost_batches_;
  stats.lost_chunks = chunks_.lost_ranges().count();
  stats.dedupe_sources = writer.dedupe_sources;
  for (rocksdb::ColumnFamilyHandle* family :
       {database_->state(), database_->meta(), database_->log(), database_->chunk(),
        database_->dead_letter()}) {
    std::uint64_t bytes = 0;
    database_->db().GetIntProperty(family, rocksdb::DB::Properties::kLiveSstFilesSize, &bytes);
    stats.disk_bytes += bytes;
  }
  return stats;
}

}  // namespace citylayers::storage
