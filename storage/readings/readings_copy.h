// A check of a copied readings store that does not change it.
#ifndef CITYLAYERS_STORAGE_READINGS_READINGS_COPY_H_
#define CITYLAYERS_STORAGE_READINGS_READINGS_COPY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace citylayers::storage {

/// Opens the copy that ReadingsUpkeep::Copy made in `directory` without changing a file, and
/// returns the last offset of its log. Reads the indexes of all tables and the end of the log.
/// DATA_LOSS: it cannot be opened. FAILED_PRECONDITION: it has a newer format.
absl::StatusOr<std::uint64_t> CheckReadingsCopy(const std::string& directory);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READINGS_COPY_H_
