// Keys and values of the answers to stored batches, for deduplication.
#ifndef CITYLAYERS_STORAGE_READINGS_DEDUPE_CODEC_H_
#define CITYLAYERS_STORAGE_READINGS_DEDUPE_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "storage/readings/append_result.h"

namespace citylayers::storage {

std::string DedupeKey(std::string_view source, std::uint64_t epoch, std::uint64_t sequence);
struct DedupeKeyParts {
  std::string source;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
};
/// DATA_LOSS: not a key.
absl::StatusOr<DedupeKeyParts> ParseDedupeKey(std::string_view key);

std::string EncodeAppendResult(const AppendResult& result);
/// `duplicate` is not stored. DATA_LOSS: another version, or invalid bytes.
absl::StatusOr<AppendResult> DecodeAppendResult(std::string_view bytes);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_DEDUPE_CODEC_H_
