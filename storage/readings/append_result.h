// The result of an append to the log of readings.
#ifndef CITYLAYERS_STORAGE_READINGS_APPEND_RESULT_H_
#define CITYLAYERS_STORAGE_READINGS_APPEND_RESULT_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"

namespace citylayers::storage {

/// Result of appending a batch.
struct AppendResult {
  std::uint64_t offset = 0;  ///< offset in the log; 0 when no reading was stored
  bool duplicate = false;    ///< (source, epoch, sequence) was stored before
  std::uint32_t accepted_count = 0;
  std::uint32_t rejected_count = 0;
};

/// Called once, when the batch is on disk or was refused, on the writer thread: it must be quick
/// and must not call the store.
using AppendDone = std::function<void(absl::StatusOr<AppendResult>)>;

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_APPEND_RESULT_H_
