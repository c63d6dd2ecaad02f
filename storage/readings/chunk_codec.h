// Keys and values of chunks. Layout: docs/formats/readings.md.
#ifndef CITYLAYERS_STORAGE_READINGS_CHUNK_CODEC_H_
#define CITYLAYERS_STORAGE_READINGS_CHUNK_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "storage/readings/reading.h"

namespace citylayers::storage {

struct ChunkKey {
  std::uint32_t series = 0;
  std::int64_t first_ms = 0;
};
std::string EncodeChunkKey(ChunkKey key);
/// DATA_LOSS: not a key.
absl::StatusOr<ChunkKey> ParseChunkKey(std::string_view key);
/// The common prefix of the keys of the series' chunks in a bucket.
std::string ChunkPrefix(std::uint16_t bucket, std::uint32_t series);

/// Statistics of a chunk: readings of one series, ascending in time, in one bucket.
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
/// Reads only the statistics; the checksum covers the columns. DATA_LOSS: the checksum differs, or
/// the bytes are not a chunk.
absl::StatusOr<ChunkStats> DecodeChunkStats(std::string_view bytes);
/// Errors as of DecodeChunkStats.
absl::StatusOr<std::vector<StoredReading>> DecodeChunk(std::string_view bytes);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_CHUNK_CODEC_H_
