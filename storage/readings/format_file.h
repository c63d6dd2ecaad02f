// The file FORMAT of a readings directory.
#ifndef CITYLAYERS_STORAGE_READINGS_FORMAT_FILE_H_
#define CITYLAYERS_STORAGE_READINGS_FORMAT_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace citylayers::storage {

/// Version of the layout that this program reads and writes; it refuses newer ones.
inline constexpr int kReadingsFormat = 1;

/// Makes the directory and its FORMAT file when it is new or empty. FAILED_PRECONDITION: it holds
/// other data, or was written by a newer version. DATA_LOSS: the file is damaged. UNAVAILABLE: the
/// disk refuses.
absl::Status CheckFormat(const std::string& directory);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_FORMAT_FILE_H_
