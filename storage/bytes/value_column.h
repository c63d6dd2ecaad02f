// A column of measured values. City sensors report decimals, so they are kept as exact integers.
#ifndef CITYLAYERS_STORAGE_BYTES_VALUE_COLUMN_H_
#define CITYLAYERS_STORAGE_BYTES_VALUE_COLUMN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "storage/bytes/bytes.h"

namespace citylayers::storage {

/// Decimals a scaled column can have.
inline constexpr int kMaxDecimals = 6;

/// The value times 10^decimals as an integer when that gives back the value bit by bit; nothing
/// otherwise (also for NaN, infinities, -0.0 and magnitudes over 2^53).
std::optional<int64_t> ScaleExactly(double value, int decimals);

/// The inverse of ScaleExactly.
double Unscale(int64_t scaled, int decimals);

/// Appends the column without loss: scaled integers with the fewest decimals from `decimals_hint`
/// to kMaxDecimals that are exact for all rows, else the doubles themselves with each one's bits
/// XORed with the one before. `fast`: see PutIntegerColumnFast.
void PutValueColumn(std::string& out, absl::Span<const double> values, int decimals_hint,
                    bool fast = false);

/// Reads a column of `count` rows from anything: DATA_LOSS when the bytes are not one.
absl::StatusOr<std::vector<double>> ReadValueColumn(ByteReader& reader, size_t count);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BYTES_VALUE_COLUMN_H_
