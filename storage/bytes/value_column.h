// Compressed columns of measured values. City sensors report decimals, so these are
// stored as exact integers.
#ifndef CITYLAYERS_STORAGE_BYTES_VALUE_COLUMN_H_
#define CITYLAYERS_STORAGE_BYTES_VALUE_COLUMN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "storage/bytes/bytes.h"

namespace citylayers::storage {

/// Maximum number of decimals of a scaled column.
inline constexpr int kMaxDecimals = 6;

/// Returns value * 10^decimals as an integer if that reproduces the value bit by bit; otherwise
/// nullopt (for example NaN, infinities, -0.0 and magnitudes over 2^53).
std::optional<std::int64_t> ScaleExactly(double value, int decimals);

/// The inverse of ScaleExactly.
double Unscale(std::int64_t scaled, int decimals);

/// Appends the column without loss: scaled integers with the fewest decimals from `decimals_hint`
/// to kMaxDecimals that are exact for all rows; otherwise the doubles, each XORed with the bits of
/// the previous one. `fast`: see PutIntegerColumnFast.
void PutValueColumn(std::string& out, absl::Span<const double> values, int decimals_hint,
                    bool fast = false);

/// Reads a column of `count` values from untrusted bytes; DATA_LOSS when they are not a column.
absl::StatusOr<std::vector<double>> ReadValueColumn(ByteReader& reader, std::size_t count);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BYTES_VALUE_COLUMN_H_
