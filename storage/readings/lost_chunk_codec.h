// The row of a chunk that was put aside because it could not be read.
#ifndef CITYLAYERS_STORAGE_READINGS_LOST_CHUNK_CODEC_H_
#define CITYLAYERS_STORAGE_READINGS_LOST_CHUNK_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace citylayers::storage {

/// The key in the state family: the series and the start of the chunk.
std::string LostChunkKey(std::uint32_t series, std::int64_t start_ms);
/// The end of the chunk's time, and its row as far as it could be read.
std::string EncodeLostChunk(std::int64_t end_ms, std::string_view chunk_row);
/// DATA_LOSS: another version, or not a time.
absl::StatusOr<std::int64_t> DecodeLostChunkEnd(std::string_view bytes);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_LOST_CHUNK_CODEC_H_
