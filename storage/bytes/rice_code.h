// Golomb-Rice codes for integers of which most are small.
#ifndef CITYLAYERS_STORAGE_BYTES_RICE_CODE_H_
#define CITYLAYERS_STORAGE_BYTES_RICE_CODE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

#include "storage/bytes/bytes.h"

namespace citylayers::storage {

/// Appends the numbers in blocks of 64: 6 bits of shift, which suits the block, then per number
/// (zigzag) its quotient by 2^shift in ones and a zero, and its `shift` low bits. A quotient of 24
/// or more is 24 ones and the number itself, so that an outlier costs 11 bytes.
void PutRice(std::string& out, absl::Span<const std::int64_t> numbers);

/// Appends `count` numbers that PutRice wrote. DATA_LOSS: the bytes end early, or a shift is too
/// large.
absl::Status ReadRice(ByteReader& reader, std::size_t count, std::vector<std::int64_t>& numbers);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BYTES_RICE_CODE_H_
