// Compressed columns of integers, used for times, scaled values and qualities.
#ifndef CITYLAYERS_STORAGE_BYTES_INTEGER_COLUMN_H_
#define CITYLAYERS_STORAGE_BYTES_INTEGER_COLUMN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "storage/bytes/bytes.h"

namespace citylayers::storage {

/// The encoding of a column, its first byte. Layouts: docs/formats/readings.md.
enum class IntegerMode : std::uint8_t {
  kConstant = 0,     ///< one value for all rows
  kLinear = 1,       ///< first and step: a sensor that keeps its period
  kDeltaRuns = 2,    ///< runs of equal differences: a grid with gaps, rain that stays at zero
  kPackedDelta = 3,  ///< differences over their divisor, bit-packed in blocks
  kPacked = 4,       ///< values bit-packed in blocks, relative to each block's minimum
  kRiceDelta = 5,    ///< differences as Golomb-Rice codes: values that wander
  kRiceSmooth = 6,   ///< distances from a running mean as Golomb-Rice codes: noise around a level
};

/// Appends the column in the shortest mode. The number of values is not written; the caller must
/// store it. Costs about 20 ns per value.
void PutIntegerColumn(std::string& out, absl::Span<const std::int64_t> values);

/// Appends the column in kConstant, kLinear or kPacked, whichever is shorter. Costs about 3 ns per
/// value; for data that are read once or twice.
void PutIntegerColumnFast(std::string& out, absl::Span<const std::int64_t> values);

/// Reads a column of `count` values from untrusted bytes; DATA_LOSS when they are not a column. The
/// caller must bound `count`, because a constant column of any length takes two bytes.
absl::StatusOr<std::vector<std::int64_t>> ReadIntegerColumn(ByteReader& reader, std::size_t count);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BYTES_INTEGER_COLUMN_H_
