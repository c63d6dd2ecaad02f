#include "storage/readings/lost_chunk_codec.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/row_frame.h"
#include "storage/readings/row_keys.h"
#include "storage/readings/time_bucket.h"

namespace citylayers::storage {

std::string LostChunkKey(std::uint32_t series, std::int64_t start_ms) {
  std::string key(1, kLostChunkPrefix);
  PutFixed32(key, series);
  PutFixed64(key, static_cast<std::uint64_t>(start_ms));
  return key;
}

std::string EncodeLostChunk(std::int64_t end_ms, std::string_view chunk_row) {
  std::string out(1, static_cast<char>(kRowVersion));
  PutVarint(out, static_cast<std::uint64_t>(end_ms));
  out += chunk_row;
  return out;
}

absl::StatusOr<std::int64_t> DecodeLostChunkEnd(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckRowVersion(reader, "a lost chunk"));
  ASSIGN_OR_RETURN(const std::uint64_t end_ms, reader.ReadVarintUpTo(kLatestTimeMs + 1, "a time"));
  return static_cast<std::int64_t>(end_ms);
}

}  // namespace citylayers::storage
