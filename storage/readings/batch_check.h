// The check of a batch before it is stored, and when it is read back from the log.
#ifndef CITYLAYERS_STORAGE_READINGS_BATCH_CHECK_H_
#define CITYLAYERS_STORAGE_READINGS_BATCH_CHECK_H_

#include <cstdint>

#include "absl/status/status.h"

#include "storage/readings/reading.h"

namespace citylayers::storage {

/// INVALID_ARGUMENT: columns of unequal lengths, a source longer than kSourceMax, too many rows, a
/// series that is not below `series_count`, a time before 1970 or too late to be stored, a value
/// that is not finite. O(rows).
absl::Status CheckBatch(const ReadingBatch& batch, std::uint32_t series_count);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_BATCH_CHECK_H_
