#include "storage/readings/chunk_store.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/time_bucket.h"

namespace citylayers::storage {
namespace {

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

}  // namespace

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
