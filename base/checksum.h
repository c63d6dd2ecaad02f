// XXH3 checksums, used for the files of a pack.
#ifndef CITYLAYERS_BASE_CHECKSUM_H_
#define CITYLAYERS_BASE_CHECKSUM_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace citylayers {

/// XXH3-64 of the bytes. About 10 GB/s; thread-safe.
std::uint64_t Checksum64(std::string_view bytes);

/// XXH3-128 of the bytes as 32 lower-case hex digits.
std::string Checksum128Hex(std::string_view bytes);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_CHECKSUM_H_
