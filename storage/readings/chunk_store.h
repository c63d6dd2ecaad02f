// The store of chunks on disk: finds those of a time range. Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_CHUNK_STORE_H_
#define CITYLAYERS_STORAGE_READINGS_CHUNK_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/readings/chunk_codec.h"
#include "storage/readings/database.h"
#include "storage/readings/lost_ranges.h"
#include "storage/readings/reading.h"

namespace citylayers::storage {

/// The chunks of a series in a bucket never overlap in time. ChunkWriter writes them. Thread-safe.
class ChunkStore {
 public:
  explicit ChunkStore(Database& database) : database_(database) {}

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

  /// Receives each damaged chunk, its row, and the latest time that it can contain.
  using DamageVisitor =
      std::function<void(ChunkKey key, std::string_view bytes, std::int64_t end_ms_max)>;
  /// As Visit, without regard to lost ranges. With `damaged`, a damaged chunk is not an error.
  absl::Status Scan(std::uint32_t series, std::int64_t start_ms, std::int64_t end_ms,
                    const Visitor& visitor, const DamageVisitor& damaged) const;

  /// True when a bucket before `bucket` holds chunks.
  absl::StatusOr<bool> HasBefore(std::uint16_t bucket) const;
  LostRanges& lost_ranges() { return lost_ranges_; }
  const LostRanges& lost_ranges() const { return lost_ranges_; }

 private:
  absl::Status Damaged(ChunkKey key, const absl::Status& status) const;

  Database& database_;
  LostRanges lost_ranges_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_CHUNK_STORE_H_
