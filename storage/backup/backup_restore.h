// Checks the files of a backup, and copies them back into a data directory.
#ifndef CITYLAYERS_STORAGE_BACKUP_BACKUP_RESTORE_H_
#define CITYLAYERS_STORAGE_BACKUP_BACKUP_RESTORE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "storage/backup/backup_directory.h"
#include "storage/backup/file_copy.h"

namespace citylayers::storage {

/// Reads every file and compares it with the manifest. DATA_LOSS: a file is missing, surplus, or
/// differs in a byte; the message names up to ten of them. Other errors as SumFile, and those of
/// `on_bytes`. Reads the whole backup; memory: one part of a file.
absl::Status CheckBackupFiles(const OpenedBackup& backup, OnBytes on_bytes);

/// Name of a file that a restore leaves in the directory of each store: the backup's name.
inline constexpr std::string_view kRestoredFile = "RESTORED";

/// A check of the copied stores before they get their names: `directory` has one directory for each
/// store.
using CheckRestored = absl::FunctionRef<absl::Status(const std::string& directory)>;

/// Copies all stores of the backup into `data_directory`, which is created with mode 0700 when it
/// is missing. It must be empty, except for other stores that were restored before (a city of
/// several processes has a backup of each). The files are compared with their checksums while they
/// are copied, and belong to the calling user with mode 0600. Nothing gets its name before
/// everything is copied, checked and synced; after an error the directory is as it was.
///
/// FAILED_PRECONDITION: the directory is not empty, with what is in it; or a server uses it.
/// DATA_LOSS: a file differs from the manifest. RESOURCE_EXHAUSTED, UNAVAILABLE: the disk.
absl::Status RestoreBackup(const OpenedBackup& backup, const std::string& data_directory,
                           OnBytes on_bytes, CheckRestored check);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BACKUP_BACKUP_RESTORE_H_
