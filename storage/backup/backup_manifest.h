// The manifest of a backup: which files it has, with their checksums, and what they contain.
#ifndef CITYLAYERS_STORAGE_BACKUP_BACKUP_MANIFEST_H_
#define CITYLAYERS_STORAGE_BACKUP_BACKUP_MANIFEST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace citylayers::storage {

/// A store in a backup.
struct BackupStore {
  std::string name;          ///< that of its directory: "readings"
  std::uint64_t format = 1;  ///< version of the store's format
  /// Last change in the copy, in the store's own numbers; readings: the offset of the log.
  std::uint64_t offset = 0;
  /// Id of the database that was copied, without spaces; "-": none. Two files of the same name are
  /// the same file only within one database.
  std::string identity = "-";
  friend bool operator==(const BackupStore&, const BackupStore&) = default;
};

/// A file in a backup.
struct BackupFile {
  std::string path;  ///< below the backup's directory; begins with a store: "readings/db/7.sst"
  std::uint64_t bytes = 0;
  std::string sha256;  ///< 64 lower-case hex digits
  /// Time at which the file that was copied was last written, nanoseconds since 1970.
  std::int64_t source_time_ns = 0;
  friend bool operator==(const BackupFile&, const BackupFile&) = default;
};

struct BackupManifest {
  absl::Time time;              ///< when the copy began, in whole milliseconds
  std::string program_version;  ///< of the program that made it, without spaces
  std::string pack_id = "-";    ///< of the city pack that the stores were used with; "-": none
  std::vector<BackupStore> stores;
  std::vector<BackupFile> files;  ///< by path
  friend bool operator==(const BackupManifest&, const BackupManifest&) = default;

  const BackupStore* FindStore(std::string_view name) const;
  const BackupFile* FindFile(std::string_view path) const;
  std::uint64_t bytes() const;  ///< of all files
};

/// Version of the manifest that this program reads and writes; it refuses newer ones.
inline constexpr int kBackupFormat = 1;
inline constexpr std::size_t kManifestBytesMax = 64 << 20;

/// The text of a manifest: docs/formats/backup.md. Pure. Sorts the files by path.
std::string FormatBackupManifest(BackupManifest manifest);

/// The reverse. DATA_LOSS: truncated or damaged; its checksum covers every byte. A path that leads
/// out of the backup, or occurs twice, is damage as well. FAILED_PRECONDITION: a newer format.
absl::StatusOr<BackupManifest> ParseBackupManifest(std::string_view text);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BACKUP_BACKUP_MANIFEST_H_
