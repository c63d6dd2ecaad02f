// The store of chunks on disk: finds those of a time range and writes new ones.
// Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_CHUNK_STORE_H_
#define CITYLAYERS_STORAGE_READINGS_CHUNK_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rocksdb/write_batch.h"

#include "storage/readings/database.h"
#include "storage/readings/head.h"
#include "storage/readings/lost_ranges.h"
#include "storage/readings/row_codec.h"

namespace citylayers::storage {

/// The chunks of a series in a bucket never overlap in time: late readings are merged into the
/// chunk they belong to when they are sealed. A chunk that cannot be read at that time is put aside
/// and its time is lost: queries of that time fail, all others work. Thread-safe, except that
/// callers of Plan must take turns.
class ChunkStore {
 public:
  ChunkStore(Database& database, std::size_t chunk_readings)
      : database_(database), chunk_readings_(chunk_readings) {}

  using Visitor =
      std::function<absl::Status(ChunkKey key, const ChunkStats& stats, std::string_view bytes)>;
  /// Visits the series' chunks that hold times from start_ms to before end_ms, ascending, each with
  /// its checksum verified. A visitor that returns CANCELLED ends the visit without an error.
  /// DATA_LOSS: a chunk of that time is damaged or lost.
  absl::Status Visit(std::uint32_t series, std::int64_t start_ms, std::int64_t end_ms,
                     const Visitor& visitor) const;

  /// Reads the readings with start_ms <= time < end_ms, ascending, until there are `enough`.
  absl::StatusOr<std::vector<StoredReading>> Read(std::uint32_t series, std::int64_t start_ms,
                                                  std::int64_t end_ms, std::size_t enough) const;

  /// A chunk that could not be read, with the bytes of its row as far as they could be read.
  struct LostChunk {
    LostRange range;
    std::string bytes;
  };
  /// The changes that seal a job: rows to delete first, rows to put, and the state afterwards.
  struct Change {
    std::uint32_t series = 0;
    std::vector<std::string> deletes;
    std::vector<std::pair<std::string, std::string>> puts;
    std::vector<LostChunk> lost;
    SealedState sealed;
  };
  absl::StatusOr<Change> Plan(const Head::Job& job, int decimals) const;
  /// REQUIRES: NoteLost(change) was called before, so that no query skips the missing time.
  void Fill(const Change& change, rocksdb::WriteBatch& write) const;
  void NoteLost(const Change& change);

  /// True when a bucket before `bucket` holds chunks.
  absl::StatusOr<bool> HasBefore(std::uint16_t bucket) const;
  LostRanges& lost_ranges() { return lost_ranges_; }
  const LostRanges& lost_ranges() const { return lost_ranges_; }

 private:
  /// Receives each damaged chunk, its row, and the latest time that it can contain.
  using DamageVisitor =
      std::function<void(ChunkKey key, std::string_view bytes, std::int64_t end_ms_max)>;
  absl::Status Scan(std::uint32_t series, std::int64_t start_ms, std::int64_t end_ms,
                    const Visitor& visitor, const DamageVisitor& damaged) const;
  absl::Status PlanBucket(const Head::Job& job, absl::Span<const StoredReading> readings,
                          int decimals, Change& change) const;
  absl::StatusOr<std::vector<StoredReading>> TakeOld(const Head::Job& job,
                                                     absl::Span<const StoredReading> readings,
                                                     Change& change) const;
  absl::Status TakeChunks(const Head::Job& job, std::int64_t start_ms, std::int64_t end_ms,
                          Change& change, std::vector<StoredReading>& old) const;
  absl::Status Damaged(ChunkKey key, const absl::Status& status) const;

  Database& database_;
  const std::size_t chunk_readings_;
  LostRanges lost_ranges_;
};

/// The key of a lost chunk's row in the state family.
std::string LostChunkKey(std::uint32_t series, std::int64_t start_ms);
inline constexpr char kLostChunkPrefix = 'X';

/// Encodes and parses the key of a series' sealed state in the state family.
std::string SealedStateKey(std::uint32_t series);
inline constexpr char kSealedStatePrefix = 'L';

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_CHUNK_STORE_H_
