// A small file with the state that a module folded from the readings log, and the
// log offset it covers.
#ifndef CITYLAYERS_STORAGE_CHECKPOINT_CHECKPOINT_FILE_H_
#define CITYLAYERS_STORAGE_CHECKPOINT_CHECKPOINT_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <sys/types.h>

namespace citylayers::storage {

/// The content of a checkpoint. Format: docs/formats/checkpoint.md.
struct Checkpoint {
  std::string kind;                // the owner of the state: "traffic"
  std::uint32_t kind_version = 0;  // of the payload's layout
  std::string pack_id;             // the pack that indexes in the payload belong to
  std::uint64_t log_offset = 0;    // every batch up to this offset is folded in
  std::string payload;             // the module's own bytes
};

/// Replaces the file at `path` atomically: a crash leaves the old or the new one. Mode and errors
/// as ReplaceFile (base/atomic_file.h); the old file is unchanged then.
absl::Status SaveCheckpoint(const std::string& path, const Checkpoint& checkpoint,
                            mode_t mode = 0644);

/// NOT_FOUND: no such file. FAILED_PRECONDITION: it has a newer format. DATA_LOSS: truncated or
/// damaged (checksum). After any error the caller starts without state and reads the log again.
absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& path);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_CHECKPOINT_CHECKPOINT_FILE_H_
