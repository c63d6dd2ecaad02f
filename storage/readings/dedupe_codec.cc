#include "storage/readings/dedupe_codec.h"

#include "base/status_macros.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/row_frame.h"
#include "storage/readings/row_keys.h"

namespace citylayers::storage {

std::string DedupeKey(std::string_view source, std::uint64_t epoch, std::uint64_t sequence) {
  std::string key(1, kDedupePrefix);
  PutText(key, source);
  PutFixed64(key, epoch);
  PutFixed64(key, sequence);
  return key;
}

absl::StatusOr<DedupeKeyParts> ParseDedupeKey(std::string_view key) {
  ByteReader reader(key);
  ASSIGN_OR_RETURN(const std::uint8_t prefix, reader.ReadByte());
  if (prefix != kDedupePrefix) return absl::DataLossError("not a deduplication key");
  DedupeKeyParts parts;
  ASSIGN_OR_RETURN(const std::string_view source, reader.ReadText(kRowTextMax));
  parts.source = std::string(source);
  ASSIGN_OR_RETURN(parts.epoch, reader.ReadFixed64());
  ASSIGN_OR_RETURN(parts.sequence, reader.ReadFixed64());
  RETURN_IF_ERROR(reader.ExpectEnd());
  return parts;
}

std::string EncodeAppendResult(const AppendResult& result) {
  std::string out(1, static_cast<char>(kRowVersion));
  PutVarint(out, result.offset);
  PutVarint(out, result.accepted_count);
  PutVarint(out, result.rejected_count);
  return out;
}

absl::StatusOr<AppendResult> DecodeAppendResult(std::string_view bytes) {
  ByteReader reader(bytes);
  RETURN_IF_ERROR(CheckRowVersion(reader, "a deduplication record"));
  AppendResult result;
  ASSIGN_OR_RETURN(result.offset, reader.ReadVarint());
  ASSIGN_OR_RETURN(const std::uint64_t accepted, reader.ReadVarintUpTo(UINT32_MAX, "a count"));
  ASSIGN_OR_RETURN(const std::uint64_t rejected, reader.ReadVarintUpTo(UINT32_MAX, "a count"));
  RETURN_IF_ERROR(reader.ExpectEnd());
  result.accepted_count = static_cast<std::uint32_t>(accepted);
  result.rejected_count = static_cast<std::uint32_t>(rejected);
  return result;
}

}  // namespace citylayers::storage
