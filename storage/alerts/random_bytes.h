// Random bytes for ids and secrets.
#ifndef CITYLAYERS_STORAGE_ALERTS_RANDOM_BYTES_H_
#define CITYLAYERS_STORAGE_ALERTS_RANDOM_BYTES_H_

#include <cstddef>
#include <string>

namespace citylayers::storage {

/// Returns `count` bytes from the system's generator for secrets. Aborts when that is unavailable,
/// because a guessable secret would be worse than no service.
std::string RandomBytes(std::size_t count);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ALERTS_RANDOM_BYTES_H_
