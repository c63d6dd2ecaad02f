#include "storage/readings/chunk_writer.h"

#include <algorithm>
#include <iterator>

#include "base/status_macros.h"
#include "storage/readings/lost_chunk_codec.h"
#include "storage/readings/time_bucket.h"

namespace citylayers::storage {
namespace {

// A chunk may grow to this many times its target size before it is split, so that late readings and
// small seals join a chunk instead of making small ones.
constexpr std::size_t GrownSize(std::size_t chunk_readings) { return chunk_readings * 3 / 2; }

// A smaller chunk always takes more readings; a larger one only when they are a considerable part
// of it, so that many small seals do not rewrite the same readings.
constexpr std::size_t kCrumb = 256;

}  // namespace

// The readings on disk that the new ones must be merged with: overlapping chunks, or the last chunk
// when it is small. Marks their rows for deletion.
absl::StatusOr<std::vector<StoredReading>> ChunkWriter::TakeOld(
    const Head::Job& job, absl::Span<const StoredReading> readings, ChunkChange& change) const {
  std::vector<StoredReading> old;
  const SealedState& sealed = change.sealed;
  if (!sealed.any) return old;
  const bool late = readings.front().time_ms <= sealed.latest.time_ms;
  const bool joins = BucketOf(sealed.tail_first_ms) == BucketOf(readings.front().time_ms) &&
                     sealed.tail_count <= std::max(kCrumb, 4 * readings.size()) &&
                     sealed.tail_count + readings.size() <= GrownSize(chunk_readings_);
  if (!late && !joins) return old;
  ChunkChange taken;
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
absl::Status ChunkWriter::TakeChunks(const Head::Job& job, std::int64_t start_ms,
                                     std::int64_t end_ms, ChunkChange& change,
                                     std::vector<StoredReading>& old) const {
  const auto lost = [&](ChunkKey key, std::string_view bytes, std::int64_t end_ms_max) {
    // The last chunk is known to end with the latest reading.
    if (key.first_ms == job.sealed.tail_first_ms) {
      end_ms_max = std::min(end_ms_max, job.sealed.latest.time_ms + 1);
    }
    change.lost.push_back({{job.series, key.first_ms, end_ms_max}, std::string(bytes)});
    change.deletes.push_back(EncodeChunkKey(key));
  };
  return chunks_.Scan(
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

absl::Status ChunkWriter::PlanBucket(const Head::Job& job, absl::Span<const StoredReading> readings,
                                     int decimals, ChunkChange& change) const {
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

absl::StatusOr<ChunkChange> ChunkWriter::Plan(const Head::Job& job, int decimals) const {
  ChunkChange change;
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

void ChunkWriter::Fill(const ChunkChange& change, rocksdb::WriteBatch& write) const {
  for (const std::string& key : change.deletes) write.Delete(database_.chunk(), key);
  for (const auto& [key, value] : change.puts) write.Put(database_.chunk(), key, value);
  for (const ChunkChange::LostChunk& lost : change.lost) {
    write.Put(database_.state(), LostChunkKey(lost.range.series, lost.range.start_ms),
              EncodeLostChunk(lost.range.end_ms, lost.bytes));
  }
  write.Put(database_.state(), SealedStateKey(change.series), EncodeSealedState(change.sealed));
}

void ChunkWriter::NoteLost(const ChunkChange& change) {
  for (const ChunkChange::LostChunk& lost : change.lost) chunks_.lost_ranges().Add(lost.range);
}

}  // namespace citylayers::storage
