// The frame of a stored row, and the fields that rows of several kinds have.
#ifndef CITYLAYERS_STORAGE_READINGS_ROW_FRAME_H_
#define CITYLAYERS_STORAGE_READINGS_ROW_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/bytes/bytes.h"

namespace citylayers::storage {

/// Each value starts with its version. Log rows and chunks continue with a CRC-32C of the rest:
/// their frame.
inline constexpr std::uint8_t kRowVersion = 1;
/// Maximum number of readings that a decoder accepts in one log row or chunk.
inline constexpr std::uint64_t kRowsMax = 4'000'000;
/// Maximum bytes of a text in a row.
inline constexpr std::size_t kRowTextMax = 4096;

/// The row of `body`: version, checksum, body.
std::string FrameRow(std::string_view body);
/// Reads the frame. DATA_LOSS: another version, or the checksum differs. `what` names the row.
absl::Status CheckRowFrame(ByteReader& reader, std::string_view what);
/// Reads the version of a row without checksum. DATA_LOSS: another version.
absl::Status CheckRowVersion(ByteReader& reader, std::string_view what);

/// DATA_LOSS: not a time that has a bucket.
absl::StatusOr<std::int64_t> ReadTimeMs(ByteReader& reader);
/// Reads a column of `rows` qualities; `qualities` stays empty when all are 0. DATA_LOSS: a number
/// that is not a quality.
absl::Status ReadQualities(ByteReader& reader, std::size_t rows,
                           std::vector<std::uint8_t>& qualities);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_ROW_FRAME_H_
