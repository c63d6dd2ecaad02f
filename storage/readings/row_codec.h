// Keys and values of the readings database. Layout: docs/formats/readings.md.
#ifndef CITYLAYERS_STORAGE_READINGS_ROW_CODEC_H_
#define CITYLAYERS_STORAGE_READINGS_ROW_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "storage/readings/append_result.h"
#include "storage/readings/reading.h"
#include "storage/readings/rejected_rows.h"

namespace citylayers::storage {

/// Width of a time bucket: chunks do not cross its ends, and retention drops whole buckets.
inline constexpr std::int64_t kBucketMs = std::int64_t{7} * 24 * 3600 * 1000;
/// The latest time that has a bucket (the year 3226).
inline constexpr std::int64_t kLatestTimeMs = kBucketMs * 65536 - 1;
/// Maximum number of rows that a decoder accepts in one log row or chunk.
inline constexpr std::uint64_t kRowsMax = 4'000'000;

inline std::uint16_t BucketOf(std::int64_t time_ms) {
  return static_cast<std::uint16_t>(time_ms / kBucketMs);
}

// --- Keys.
std::string LogKey(std::uint64_t offset);
absl::StatusOr<std::uint64_t> ParseLogKey(std::string_view key);

struct ChunkKey {
  std::uint32_t series = 0;
  std::int64_t first_ms = 0;
};
std::string EncodeChunkKey(ChunkKey key);
absl::StatusOr<ChunkKey> ParseChunkKey(std::string_view key);
/// The common prefix of the keys of the series' chunks in a bucket.
std::string ChunkPrefix(std::uint16_t bucket, std::uint32_t series);

std::string DedupeKey(std::string_view source, std::uint64_t epoch, std::uint64_t sequence);
struct DedupeKeyParts {
  std::string source;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
};
absl::StatusOr<DedupeKeyParts> ParseDedupeKey(std::string_view key);

// --- Log rows.
std::string EncodeLogRow(const ReadingBatch& batch);
/// DATA_LOSS: the checksum differs, or the bytes are not a batch.
absl::StatusOr<ReadingBatch> DecodeLogRow(std::string_view bytes);

// --- Chunks: readings of one series, ascending in time, in one bucket.
struct ChunkStats {
  std::uint64_t count = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
  double first = 0;
  double last = 0;
};
/// REQUIRES: readings are not empty and strictly ascending in time.
std::string EncodeChunk(absl::Span<const StoredReading> readings, int decimals);
/// Reads only the statistics; the checksum covers the columns. DATA_LOSS: as for log rows.
absl::StatusOr<ChunkStats> DecodeChunkStats(std::string_view bytes);
/// DATA_LOSS: as for log rows.
absl::StatusOr<std::vector<StoredReading>> DecodeChunk(std::string_view bytes);

// --- The state of a series besides its chunks: the end of its sealed readings.
struct SealedState {
  bool any = false;                ///< false: nothing is sealed yet
  std::int64_t tail_first_ms = 0;  ///< key time of the last chunk
  std::uint64_t tail_count = 0;    ///< number of its readings
  StoredReading latest;            ///< the latest reading in chunks
  friend bool operator==(const SealedState&, const SealedState&) = default;
};
std::string EncodeSealedState(const SealedState& state);
absl::StatusOr<SealedState> DecodeSealedState(std::string_view bytes);

// --- A chunk put aside because it could not be read: the end of its time, and its row.
std::string EncodeLostChunk(std::int64_t end_ms, std::string_view chunk_row);
absl::StatusOr<std::int64_t> DecodeLostChunkEnd(std::string_view bytes);

// --- Deduplication records and dead letters.
std::string EncodeAppendResult(const AppendResult& result);
absl::StatusOr<AppendResult> DecodeAppendResult(std::string_view bytes);
/// Maximum number of rejected rows in a row of the family; bounds the cost of one read.
inline constexpr std::size_t kDeadLettersPerRow = 1000;
/// The batch that rejected rows belong to.
struct DeadLetterBatch {
  std::int64_t received_us = 0;
  std::string_view source;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
};
/// Encodes rows [start, start + count) of `rejects` as one row of the family. REQUIRES: start +
/// count <= rejects.size(), count <= kDeadLettersPerRow.
std::string EncodeDeadLetters(const DeadLetterBatch& batch, const RejectedRows& rejects,
                              std::size_t start, std::size_t count);
/// Reads version 1 as well, with one rejected row per row. DATA_LOSS: invalid bytes.
absl::StatusOr<std::vector<DeadLetter>> DecodeDeadLetters(std::string_view bytes);

/// Prefixes of the rows in the meta family, and of the owner's rows in the state family.
inline constexpr char kMeasurePrefix = 'D';
inline constexpr char kStationPrefix = 'S';
inline constexpr char kUserStatePrefix = 'U';
/// Row of the state family: the number of batches lost in all openings.
inline constexpr std::string_view kLostBatchesKey = "Z";

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_ROW_CODEC_H_
