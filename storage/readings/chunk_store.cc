#include "storage/readings/chunk_store.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"

namespace citylayers::storage {
namespace {

// A chunk may grow to this many times its target size before it is split, so that late readings and
// small seals join a chunk instead of making small ones.
constexpr std::size_t GrownSize(std::size_t chunk_readings) { return chunk_readings * 3 / 2; }

// A smaller chunk always takes more readings; a larger one only when they are a considerable part
// of it, so that many small seals do not rewrite the same readings.
constexpr std::size_t kCrumb = 256;

// The buckets that hold chunks at all, so that a query without a start does not seek in 2,900 of
// them. Without any, or when they cannot be read (see the iterator's status), the range is empty.
std::pair<std::uint16_t, std::uint16_t> Clamp(rocksdb::Iterator& chunks, std::uint16_t first,
                                              std::uint16_t last) {
  if (last - first < 4) return {first, last};
  chunks.SeekToFirst();
  if (!chunks.Valid()) return {1, 0};
  ByteReader oldest(AsView(chunks.key()));
  first = std::max(first, oldest.ReadFixed16().value_or(first));
  chunks.SeekToLast();
  if (!chunks.Valid()) return {1, 0};
  ByteReader newest(AsView(chunks.key()));
  return {first, std::min(last, newest.ReadFixed16().value_or(last))};
}

std::int64_t BucketEndMs(std::uint16_t bucket) { return (std::int64_t{bucket} + 1) * kBucketMs; }

}  // namespace

std::string SealedStateKey(std::uint32_t series) {
  std::string key(1, kSealedStatePrefix);
  PutFixed32(key, series);
  return key;
}

std::string LostChunkKey(std::uint32_t series, std::int64_t start_ms) {
  std::string key(1, kLostChunkPrefix);
  PutFixed32(key, series);
  PutFixed64(key, static_cast<std::uint64_t>(start_ms));
  return key;
}

absl::Status ChunkStore::Damaged(ChunkKey key, const absl::Status& status) const {
  return absl::DataLossError(absl::StrCat("the chunk of series ", key.series, " at ", key.first_ms,
                                          " ms cannot be read: ", status.message(),
                                          "; restore the directory from a backup"));
}

absl::Status ChunkStore::Visit(std::uint32_t series, std::int64_t start_ms, std::int64_t end_ms,
                               const Visitor& visitor) const {
  if (const auto lost = lost_ranges_.Find(series, start_ms, end_ms); lost.has_value()) {
    return absl::DataLossError(absl::StrCat(
        "a chunk of series ", series, " between ", lost->start_ms, " and ", lost->end_ms,
        " ms could not be read and was put aside; restore the directory from a backup"));
  }
  return Scan(series, start_ms, end_ms, visitor, /*damaged=*/nullptr);
}

absl::Status ChunkStore::Scan(std::uint32_t series, std::int64_t start_ms, std::int64_t end_ms,
                              const Visitor& visitor, const DamageVisitor& damaged) const {
  start_ms = std::max<std::int64_t>(start_ms, 0);
  end_ms = std::min(end_ms, kLatestTimeMs + 1);
  if (start_ms >= end_ms) return absl::OkStatus();
  const std::unique_ptr<rocksdb::Iterator> chunks(
      database_.db().NewIterator(rocksdb::ReadOptions(), database_.chunk()));
  const auto [first, last] = Clamp(*chunks, BucketOf(start_ms), BucketOf(end_ms - 1));
  RETURN_IF_ERROR(database_.ToStatus(chunks->status(), "read"));
  for (int bucket = first; bucket <= last; ++bucket) {
    const std::string prefix = ChunkPrefix(static_cast<std::uint16_t>(bucket), series);
    std::string target = prefix;
    PutFixed64(target, static_cast<std::uint64_t>(start_ms));
    target.push_back('\xff');
    // The chunk that starts before the range may reach into it.
    chunks->SeekForPrev(target);
    RETURN_IF_ERROR(database_.ToStatus(chunks->status(), "read"));
    if (!chunks->Valid() || !chunks->key().starts_with(prefix)) chunks->Seek(prefix);
    while (chunks->Valid() && chunks->key().starts_with(prefix)) {
      ASSIGN_OR_RETURN(const ChunkKey key, ParseChunkKey(AsView(chunks->key())));
      if (key.first_ms >= end_ms) break;
      const absl::StatusOr<ChunkStats> stats = DecodeChunkStats(AsView(chunks->value()));
      if (!stats.ok()) {
        if (!damaged) return Damaged(key, stats.status());
        const std::string bytes = chunks->value().ToString();
        chunks->Next();
        std::int64_t end_ms_max = BucketEndMs(static_cast<std::uint16_t>(bucket));
        if (chunks->Valid() && chunks->key().starts_with(prefix)) {
          ASSIGN_OR_RETURN(const ChunkKey next, ParseChunkKey(AsView(chunks->key())));
          end_ms_max = next.first_ms;
        }
        damaged(key, bytes, end_ms_max);
        continue;
      }
      if (stats->last_ms >= start_ms) {
        const absl::Status visited = visitor(key, *stats, AsView(chunks->value()));
        if (absl::IsCancelled(visited)) return absl::OkStatus();
        RETURN_IF_ERROR(visited);
      }
      chunks->Next();
    }
    RETURN_IF_ERROR(database_.ToStatus(chunks->status(), "read"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<StoredReading>> ChunkStore::Read(std::uint32_t series,
                                                            std::int64_t start_ms,
                                                            std::int64_t end_ms,
                                                            std::size_t enough) const {
  std::vector<StoredReading> readings;
  const auto take = [&](ChunkKey key, const ChunkStats&, std::string_view bytes) {
    absl::StatusOr<std::vector<StoredReading>> chunk = DecodeChunk(bytes);
    if (!chunk.ok()) return Damaged(key, chunk.status());
    for (const StoredReading& reading : *chunk) {
      if (reading.time_ms >= start_ms && reading.time_ms < end_ms) readings.push_back(reading);
    }
    return readings.size() < enough ? absl::OkStatus() : absl::CancelledError();
  };
  RETURN_IF_ERROR(Visit(series, start_ms, end_ms, take));
  return readings;
}

// The readings on disk that the new ones must be merged with: overlapping chunks, or the last chunk
// when it is small. Marks their rows for deletion.
absl::StatusOr<std::vector<StoredReading>> ChunkStore::TakeOld(
    const Head::Job& job, absl::Span<const StoredReading> readings, Change& change) const {
  std::vector<StoredReading> old;
  const SealedState& sealed = change.sealed;
  if (!sealed.any) return old;
  const bool late = readings.front().time_ms <= sealed.latest.time_ms;
  const bool joins = BucketOf(sealed.tail_first_ms) == BucketOf(readings.front().time_ms) &&
                     sealed.tail_count <= std::max(kCrumb, 4 * readings.size()) &&
                     sealed.tail_count + readings.size() <= GrownSize(chunk_readings_);
  if (!late && !joins) return old;
  Change taken;
  const absl::Status status =
      late ? TakeChunks(job, readings.front().time_ms, readings.back().time_ms + 1, taken, old)
           : TakeChunks(job, sealed.tail_first_ms, sealed.tail_first_ms + 1, taken, old);
  if (!late && (!status.ok() || !taken.lost.empty())) {
    // Chunks after the damaged one need not be merged with it.
    return std::vector<StoredReading>();
  }
  if (absl::IsDataLoss(status)) {
    // Not even the keys can be read: the series' readings of this week are lost up to their
    // end. The new ones are written beside them; otherwise they would block the trimming of
    // the log permanently.
    const std::int64_t end_ms = BucketEndMs(BucketOf(readings.front().time_ms));
    change.lost.push_back(
        {{job.series, end_ms - kBucketMs, std::min(end_ms, job.sealed.latest.time_ms + 1)}, ""});
    return std::vector<StoredReading>();
  }
  RETURN_IF_ERROR(status);
  change.deletes.insert(change.deletes.end(), taken.deletes.begin(), taken.deletes.end());
  std::move(taken.lost.begin(), taken.lost.end(), std::back_inserter(change.lost));
  return old;
}

// Reads the chunks of a time range into `old`, and damaged ones into `change.lost`.
absl::Status ChunkStore::TakeChunks(const Head::Job& job, std::int64_t start_ms,
                                    std::int64_t end_ms, Change& change,
                                    std::vector<StoredReading>& old) const {
  const auto lost = [&](ChunkKey key, std::string_view bytes, std::int64_t end_ms_max) {
    // The last chunk is known to end with the latest reading.
    if (key.first_ms == job.sealed.tail_first_ms) {
      end_ms_max = std::min(end_ms_max, job.sealed.latest.time_ms + 1);
    }
    change.lost.push_back({{job.series, key.first_ms, end_ms_max}, std::string(bytes)});
    change.deletes.push_back(EncodeChunkKey(key));
  };
  return Scan(
      job.series, start_ms, end_ms,
      [&](ChunkKey key, const ChunkStats& stats, std::string_view bytes) -> absl::Status {
        const absl::StatusOr<std::vector<StoredReading>> chunk = DecodeChunk(bytes);
        if (!chunk.ok()) {
          lost(key, bytes, stats.last_ms + 1);
          return absl::OkStatus();
        }
        old.insert(old.end(), chunk->begin(), chunk->end());
        change.deletes.push_back(EncodeChunkKey(key));
        return absl::OkStatus();
      },
      lost);
}

absl::Status ChunkStore::PlanBucket(const Head::Job& job, absl::Span<const StoredReading> readings,
                                    int decimals, Change& change) const {
  ASSIGN_OR_RETURN(const std::vector<StoredReading> old, TakeOld(job, readings, change));
  std::vector<StoredReading> merged;
  if (!old.empty()) {
    merged = MergeReadings(old, readings);
    readings = merged;
  }
  // Pieces of nearly equal size; a single piece up to one and a half times the target.
  const std::size_t pieces =
      std::max<std::size_t>(1, (readings.size() + chunk_readings_ / 2) / chunk_readings_);
  std::size_t start = 0;
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    const std::size_t end = readings.size() * (piece + 1) / pieces;
    const absl::Span<const StoredReading> part = readings.subspan(start, end - start);
    change.puts.emplace_back(EncodeChunkKey({job.series, part.front().time_ms}),
                             EncodeChunk(part, decimals));
    if (!change.sealed.any || part.back().time_ms >= change.sealed.latest.time_ms) {
      change.sealed = {true, part.front().time_ms, part.size(), part.back()};
    }
    start = end;
  }
  return absl::OkStatus();
}

absl::StatusOr<ChunkStore::Change> ChunkStore::Plan(const Head::Job& job, int decimals) const {
  Change change;
  change.series = job.series;
  change.sealed = job.sealed;
  const absl::Span<const StoredReading> readings = job.readings;
  for (std::size_t start = 0; start < readings.size();) {
    std::size_t end = start + 1;
    const std::uint16_t bucket = BucketOf(readings[start].time_ms);
    while (end < readings.size() && BucketOf(readings[end].time_ms) == bucket) ++end;
    RETURN_IF_ERROR(PlanBucket(job, readings.subspan(start, end - start), decimals, change));
    start = end;
  }
  return change;
}

void ChunkStore::Fill(const Change& change, rocksdb::WriteBatch& write) const {
  for (const std::string& key : change.deletes) write.Delete(database_.chunk(), key);
  for (const auto& [key, value] : change.puts) write.Put(database_.chunk(), key, value);
  for (const LostChunk& lost : change.lost) {
    write.Put(database_.state(), LostChunkKey(lost.range.series, lost.range.start_ms),
              EncodeLostChunk(lost.range.end_ms, lost.bytes));
  }
  write.Put(database_.state(), SealedStateKey(change.series), EncodeSealedState(change.sealed));
}

void ChunkStore::NoteLost(const Change& change) {
  for (const LostChunk& lost : change.lost) lost_ranges_.Add(lost.range);
}

absl::StatusOr<bool> ChunkStore::HasBefore(std::uint16_t bucket) const {
  const std::unique_ptr<rocksdb::Iterator> chunks(
      database_.db().NewIterator(rocksdb::ReadOptions(), database_.chunk()));
  chunks->SeekToFirst();
  RETURN_IF_ERROR(database_.ToStatus(chunks->status(), "read"));
  if (!chunks->Valid()) return false;
  ByteReader reader(AsView(chunks->key()));
  return reader.ReadFixed16().value_or(bucket) < bucket;
}

}  // namespace citylayers::storage
