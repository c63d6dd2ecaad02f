// Keys and values of the readings database (docs/formats/readings.md is the page to match).
#ifndef CITYLAYERS_STORAGE_READINGS_ROW_CODEC_H_
#define CITYLAYERS_STORAGE_READINGS_ROW_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "storage/readings/reading.h"

namespace citylayers::storage {

/// Width of a time bucket: chunks do not cross it, and retention drops whole ones.
inline constexpr int64_t kBucketMs = int64_t{7} * 24 * 3600 * 1000;
/// The last time that has a bucket (the year 3226).
inline constexpr int64_t kLatestTimeMs = kBucketMs * 65536 - 1;
/// Rows a decoder accepts in one log row or chunk.
inline constexpr uint64_t kRowsMax = 4'000'000;

inline uint16_t BucketOf(int64_t time_ms) { return static_cast<uint16_t>(time_ms / kBucketMs); }

// --- Keys.
std::string LogKey(uint64_t offset);
absl::StatusOr<uint64_t> ParseLogKey(std::string_view key);

struct ChunkKey {
  uint32_t series = 0;
  int64_t first_ms = 0;
};
std::string EncodeChunkKey(ChunkKey key);
absl::StatusOr<ChunkKey> ParseChunkKey(std::string_view key);
/// What the keys of the series' chunks in a bucket start with.
std::string ChunkPrefix(uint16_t bucket, uint32_t series);

std::string DedupeKey(std::string_view source, uint64_t epoch, uint64_t sequence);
struct DedupeKeyParts {
  std::string source;
  uint64_t epoch = 0;
  uint64_t sequence = 0;
};
absl::StatusOr<DedupeKeyParts> ParseDedupeKey(std::string_view key);

// --- Log rows.
std::string EncodeLogRow(const ReadingBatch& batch);
/// DATA_LOSS: the check sum differs, or the bytes do not make a batch.
absl::StatusOr<ReadingBatch> DecodeLogRow(std::string_view bytes);

// --- Chunks: readings of one series, ascending in time, in one bucket.
struct ChunkStats {
  uint64_t count = 0;
  int64_t first_ms = 0;
  int64_t last_ms = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
  double first = 0;
  double last = 0;
};
/// REQUIRES: readings are not empty and strictly ascending in time.
std::string EncodeChunk(absl::Span<const StoredReading> readings, int decimals);
/// Reads the statistics alone; the columns are covered by the check sum. DATA_LOSS: as for log
/// rows.
absl::StatusOr<ChunkStats> DecodeChunkStats(std::string_view bytes);
/// DATA_LOSS: as for log rows.
absl::StatusOr<std::vector<StoredReading>> DecodeChunk(std::string_view bytes);

// --- The state of a series beside its chunks: what is sealed, and the latest sealed reading.
struct SealedState {
  bool any = false;           ///< false: nothing is sealed yet
  int64_t tail_first_ms = 0;  ///< key time of the last chunk
  uint64_t tail_count = 0;    ///< its readings
  StoredReading latest;       ///< the last reading in chunks
  friend bool operator==(const SealedState&, const SealedState&) = default;
};
std::string EncodeSealedState(const SealedState& state);
absl::StatusOr<SealedState> DecodeSealedState(std::string_view bytes);

// --- A chunk put aside since it could not be read: the end of its time, and its row.
std::string EncodeLostChunk(int64_t end_ms, std::string_view chunk_row);
absl::StatusOr<int64_t> DecodeLostChunkEnd(std::string_view bytes);

// --- Deduplication records and dead letters.
std::string EncodeAppendResult(const AppendResult& result);
absl::StatusOr<AppendResult> DecodeAppendResult(std::string_view bytes);
/// Refused rows that share a row of the family: bounds what one read decodes.
inline constexpr size_t kDeadLettersPerRow = 1000;
/// The batch that refused rows belong to.
struct DeadLetterBatch {
  int64_t received_us = 0;
  std::string_view source;
  uint64_t epoch = 0;
  uint64_t sequence = 0;
};
/// Rows [start, start + count) of `rejects` as one row of the family.
/// REQUIRES: start + count <= rejects.size(), count <= kDeadLettersPerRow.
std::string EncodeDeadLetters(const DeadLetterBatch& batch, const RejectedRows& rejects,
                              size_t start, size_t count);
/// Also reads version 1, one refused row a row of the family. DATA_LOSS: the bytes make none.
absl::StatusOr<std::vector<DeadLetter>> DecodeDeadLetters(std::string_view bytes);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_ROW_CODEC_H_
