// Makes one backup of the stores of a process.
#ifndef CITYLAYERS_SERVICES_BACKUP_BACKUP_JOB_H_
#define CITYLAYERS_SERVICES_BACKUP_BACKUP_JOB_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "base/clock.h"
#include "services/runtime/backup_source.h"
#include "storage/backup/backup_manifest.h"

namespace citylayers::backup {

struct BackupJobOptions {
  std::string backups;  ///< the directory of all backups
  std::string data;     ///< the data directory; a store's directory is `data`/NAME
  std::string program_version;
  std::uint64_t min_free_bytes = 0;
  std::size_t keep_min = 1;  ///< backups that a request must not remove
};

struct BackupRequest {
  bool full = false;
  std::size_t keep = 0;  ///< 0: all
};

struct BackupProgress {
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;
};

struct MadeBackup {
  std::string name;
  storage::BackupManifest manifest;
  std::uint64_t copied_bytes = 0;
  std::vector<std::string> removed;  ///< names of older backups
};

/// Called after each part; an error ends the backup with it.
using OnProgress = std::function<absl::Status(const BackupProgress&)>;

/// Copies the sources, alerts first and keys last, then writes the copies to the backup, opens them
/// there, and publishes it. Blocks for as long as that takes. Memory: 1 MiB, and the indexes of the
/// tables while they are checked. After an error nothing of the backup is left.
///
/// FAILED_PRECONDITION: no source exists, or another backup is being made. RESOURCE_EXHAUSTED: a
/// disk is full. DATA_LOSS: a copy does not open. Other errors: those of the sources, of
/// BackupWriter and of `on_progress`.
absl::StatusOr<MadeBackup> MakeBackup(const BackupJobOptions& options,
                                      const std::vector<runtime::BackupSource*>& sources,
                                      const BackupRequest& request, const Clock& clock,
                                      const OnProgress& on_progress);

/// Removes what a killed process left of its copies in the directories of the stores.
void RemoveLeftCopies(const std::string& data, const std::vector<runtime::BackupSource*>& sources);

}  // namespace citylayers::backup

#endif  // CITYLAYERS_SERVICES_BACKUP_BACKUP_JOB_H_
