// Rows of rejected readings. Layout: docs/formats/readings.md.
#ifndef CITYLAYERS_STORAGE_READINGS_DEAD_LETTER_CODEC_H_
#define CITYLAYERS_STORAGE_READINGS_DEAD_LETTER_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/readings/rejected_rows.h"

namespace citylayers::storage {

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

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_DEAD_LETTER_CODEC_H_
