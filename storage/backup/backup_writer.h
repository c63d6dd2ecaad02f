// Writes one backup: copies files, links those that the backup before has, and publishes it whole.
#ifndef CITYLAYERS_STORAGE_BACKUP_BACKUP_WRITER_H_
#define CITYLAYERS_STORAGE_BACKUP_BACKUP_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "storage/backup/backup_directory.h"
#include "storage/backup/backup_manifest.h"

namespace citylayers::storage {

struct BackupWriterOptions {
  std::string backups;          ///< the directory of all backups; created with mode 0700
  absl::Time time;              ///< of this backup; names it
  std::string program_version;  ///< see BackupManifest
  bool full = false;            ///< copy all files, and link none to the backup before
  /// Space of the file system that stays free; a backup that would use it is refused.
  std::uint64_t min_free_bytes = 0;
};

/// Writes into a directory whose name marks it as incomplete, and renames it when its manifest is
/// on disk: a backup has its name only once it is whole. Until Commit the destructor removes
/// everything. At most one writer per directory of backups. Not thread-safe.
///
/// Tables of RocksDB never change. One that the newest backup has already, with the same name, size
/// and time of the same database, gets a hard link to it, which costs no space and no time; every
/// other file is copied and synced. No file is linked to the server's own files, so that damage of
/// those does not reach a backup.
///
///   ASSIGN_OR_RETURN(auto writer, BackupWriter::Begin({.backups = "/backup", .time = now}));
///   RETURN_IF_ERROR(writer->AddStore({.name = "keys"}, "/data/keys/copy", on_bytes));
///   ASSIGN_OR_RETURN(const BackupManifest manifest, writer->Commit());
class BackupWriter {
 public:
  /// Called with the number of bytes of a store that are done; an error ends the backup with it.
  using OnProgress = std::function<absl::Status(std::uint64_t bytes)>;

  /// Takes the lock and removes what an interrupted backup left. FAILED_PRECONDITION: another
  /// backup is being made. Other errors as FileError.
  static absl::StatusOr<std::unique_ptr<BackupWriter>> Begin(BackupWriterOptions options);
  ~BackupWriter();

  /// Adds all files below `copy_directory`, which nothing changes meanwhile.
  /// RESOURCE_EXHAUSTED: there is not enough space; checked before the first byte is written. Other
  /// errors as CopyFile, and those of `on_progress`. After an error the backup must not be
  /// committed.
  absl::Status AddStore(const BackupStore& store, const std::string& copy_directory,
                        const OnProgress& on_progress);
  void SetPack(std::string pack_id) { manifest_.pack_id = std::move(pack_id); }

  /// The files of a store, for checks before the commit.
  std::string StorePath(std::string_view store) const;
  const std::string& name() const { return name_; }
  std::uint64_t copied_bytes() const { return copied_bytes_; }  ///< those that are not linked

  /// Writes the manifest and publishes the backup. Errors as ReplaceFile.
  absl::StatusOr<BackupManifest> Commit();
  /// Retention: see PruneBackups. REQUIRES: committed.
  std::vector<std::string> Prune(std::size_t keep) { return PruneBackups(options_.backups, keep); }

 private:
  BackupWriter(BackupWriterOptions options, FileLock lock);
  struct Source {
    std::string path;         // relative to the store
    const BackupFile* known;  // the same file in the backup before; nullptr: none
    std::uint64_t bytes = 0;
    std::int64_t time_ns = 0;
  };

  void LoadBase();
  absl::StatusOr<std::vector<Source>> FindSources(const BackupStore& store,
                                                  const std::string& copy_directory) const;
  const BackupFile* FindKnown(const BackupStore& store, const Source& source) const;
  absl::Status CheckSpace(const std::vector<Source>& sources) const;
  absl::Status AddFile(const BackupStore& store, const std::string& copy_directory,
                       const Source& source, const OnProgress& on_progress);

  const BackupWriterOptions options_;
  const FileLock lock_;
  std::string name_;
  std::string incomplete_;            // its directory until the commit; empty: committed
  std::optional<OpenedBackup> base_;  // the backup before
  BackupManifest manifest_;
  std::uint64_t copied_bytes_ = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BACKUP_BACKUP_WRITER_H_
