// The directory with the backups of a city: one directory for each, named by its time.
#ifndef CITYLAYERS_STORAGE_BACKUP_BACKUP_DIRECTORY_H_
#define CITYLAYERS_STORAGE_BACKUP_BACKUP_DIRECTORY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "storage/backup/backup_manifest.h"

namespace citylayers::storage {

/// Names in a directory of backups: docs/formats/backup.md.
inline constexpr std::string_view kBackupLockFile = "LOCK";
inline constexpr std::string_view kBackupManifestFile = "MANIFEST";
inline constexpr std::string_view kIncompletePrefix = "incomplete-";

/// The name of a backup: its time in UTC, "2026-11-29T18-00-00.123Z". Names sort like times.
std::string BackupNameOf(absl::Time time);
bool IsBackupName(std::string_view name);

/// A lock on a file or directory (flock); the system releases it when the process ends. Movable.
class FileLock {
 public:
  /// `path` is created when `create` is set. Does not wait: FAILED_PRECONDITION when another holds
  /// it; other errors as FileError.
  static absl::StatusOr<FileLock> TakeExclusive(const std::string& path, bool create);
  /// Many may hold it at once; none of them while another holds it exclusively. For readers: needs
  /// read access only.
  static absl::StatusOr<FileLock> TakeShared(const std::string& path);

  FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~FileLock();

 private:
  static absl::StatusOr<FileLock> Take(const std::string& path, int open_flags, int operation);
  explicit FileLock(int file) : file_(file) {}

  int file_;
};

/// A complete backup, locked against removal while this exists.
struct OpenedBackup {
  std::string name;
  std::string directory;  ///< its own
  BackupManifest manifest;
  FileLock lock;
};

/// Opens the backup `name` of `backups`; "" or "latest": the newest one that is complete.
/// NOT_FOUND: there is none, with the names of those that exist. Other errors: those of
/// ParseBackupManifest, with the path.
absl::StatusOr<OpenedBackup> OpenBackup(const std::string& backups, std::string_view name);

/// A backup in a list.
struct ListedBackup {
  std::string name;
  absl::StatusOr<BackupManifest> manifest;  ///< or why it cannot be read
};

/// All complete backups, oldest first; those whose manifest cannot be read have its error. Empty
/// when the directory is missing. UNAVAILABLE: it cannot be read.
absl::StatusOr<std::vector<ListedBackup>> ListBackups(const std::string& backups);

/// Removes what interrupted backups left. REQUIRES: the lock of the directory is held. Returns the
/// number of removed directories.
std::size_t RemoveIncomplete(const std::string& backups);

/// Removes the oldest backups with exactly the same stores as the newest one, so that `keep` of
/// them remain, and returns their names. Skips those that are in use. Backups whose manifest cannot
/// be read are never removed. REQUIRES: the lock of the directory is held; keep >= 1.
std::vector<std::string> PruneBackups(const std::string& backups, std::size_t keep);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BACKUP_BACKUP_DIRECTORY_H_
