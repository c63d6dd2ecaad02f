// SHA-256, and random bytes for secrets.
#ifndef CITYLAYERS_STORAGE_ALERTS_DIGEST_H_
#define CITYLAYERS_STORAGE_ALERTS_DIGEST_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace citylayers::storage {

/// SHA-256 (FIPS 180-4) of the bytes: 32 bytes.
std::string Sha256(std::string_view bytes);

/// Returns `count` bytes from the system's generator for secrets. Aborts when that is unavailable,
/// because a guessable secret would be worse than no service.
std::string RandomBytes(std::size_t count);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ALERTS_DIGEST_H_
