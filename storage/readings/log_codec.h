// Keys and values of the log of readings. Layout: docs/formats/readings.md.
#ifndef CITYLAYERS_STORAGE_READINGS_LOG_CODEC_H_
#define CITYLAYERS_STORAGE_READINGS_LOG_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "storage/readings/reading.h"

namespace citylayers::storage {

std::string LogKey(std::uint64_t offset);
/// DATA_LOSS: not a key.
absl::StatusOr<std::uint64_t> ParseLogKey(std::string_view key);

std::string EncodeLogRow(const ReadingBatch& batch);
/// DATA_LOSS: the checksum differs, or the bytes are not a batch.
absl::StatusOr<ReadingBatch> DecodeLogRow(std::string_view bytes);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_LOG_CODEC_H_
