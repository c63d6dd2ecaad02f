// The checksums of the stored formats. Each format keeps the one that it began with.
#ifndef CITYLAYERS_STORAGE_BYTES_CHECKSUM_H_
#define CITYLAYERS_STORAGE_BYTES_CHECKSUM_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace citylayers::storage {

// All functions are pure and thread-safe. They detect damage, not intent, except AuditHash. A
// stored format never changes its checksum without a new version byte.

/// Rows of the readings database, and the mark of its synced end: CRC-32C (Castagnoli; polynomial
/// 0x1EDC6F41 reflected, initial and final inversion; RFC 3720, appendix B.4). About 1.5 GB/s.
std::uint32_t RowChecksum(std::string_view bytes);

/// Checkpoint files: CRC-32 (ISO 3309, as in zlib). About 1 GB/s.
std::uint32_t CheckpointChecksum(std::string_view bytes);

/// Files of a city pack and their sections: XXH3-64. About 10 GB/s.
std::uint64_t PackChecksum(std::string_view bytes);

/// The id of a city pack: XXH3-128 of its manifest as 32 lower-case hex digits. About 10 GB/s.
std::string PackDigestHex(std::string_view bytes);

/// Lines of an audit trail: SHA-256 (FIPS 180-4), 32 bytes. Cannot be forged. About 0.5 GB/s.
std::string AuditHash(std::string_view bytes);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BYTES_CHECKSUM_H_
