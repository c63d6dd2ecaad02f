#include "storage/backup/backup_restore.h"

#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

#include "absl/strings/str_join.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFaultsMax = 10;
constexpr std::string_view kUnfinished = ".restoring";

// Faults of a backup, of which the first ten are named.
class Faults {
 public:
  void Add(std::string fault) {
    if (++count_ <= kFaultsMax) named_.push_back(std::move(fault));
  }
  absl::Status status(const std::string& directory) const {
    if (count_ == 0) return absl::OkStatus();
    const std::string more =
        count_ > kFaultsMax ? StrCat("; and ", count_ - kFaultsMax, " more") : "";
    return absl::DataLossError(StrCat(directory, " is damaged: ", absl::StrJoin(named_, "; "), more,
                                      ": use another backup, and make a new one with --full"));
  }

 private:
  std::size_t count_ = 0;
  std::vector<std::string> named_;
};

std::string FaultOf(const BackupFile& file, const FileSum& sum) {
  if (sum.bytes != file.bytes) {
    return StrCat(file.path, " has ", sum.bytes, " bytes and had ", file.bytes);
  }
  return StrCat(file.path, " has another checksum");
}

bool IsSame(const BackupFile& file, const FileSum& sum) {
  return sum.bytes == file.bytes && sum.sha256 == file.sha256;
}

// Files that the manifest does not name: a database could read them.
absl::Status FindSurplus(const OpenedBackup& backup, Faults& faults) {
  std::error_code error;
  for (fs::recursive_directory_iterator entries(backup.directory, error);
       !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (entries->is_directory(error) && !entries->is_symlink(error)) continue;
    const std::string path = entries->path().string().substr(backup.directory.size() + 1);
    if (path == kBackupManifestFile || backup.manifest.FindFile(path) != nullptr) continue;
    faults.Add(StrCat(path, " is not in the manifest"));
  }
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(StrCat("cannot read ", backup.directory, ": ", error.message()));
}

// RocksDB holds a POSIX lock on this file, the keys an flock.
bool IsLocked(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return false;
  struct flock asked {};
  asked.l_type = F_WRLCK;
  asked.l_whence = SEEK_SET;
  const bool locked = ::fcntl(file, F_GETLK, &asked) == 0 && asked.l_type != F_UNLCK;
  ::close(file);
  return locked || absl::IsFailedPrecondition(FileLock::TakeShared(path).status());
}

absl::Status CheckTarget(const OpenedBackup& backup, const std::string& data) {
  for (const char* lock : {"/readings/db/LOCK", "/alerts/LOCK", "/keys/lock"}) {
    if (IsLocked(data + lock)) {
      return absl::FailedPreconditionError(
          StrCat(data, " is in use by a running server: stop it, and give an empty directory"));
    }
  }
  // Stores that other backups of the same city brought here.
  const std::set<std::string> others = {"alerts", "keys", "readings"};
  std::error_code error;
  for (fs::directory_iterator entries(data, error); !error && entries != fs::directory_iterator();
       entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    const bool restored = others.count(name) > 0 && backup.manifest.FindStore(name) == nullptr &&
                          fs::exists(entries->path() / kRestoredFile);
    if (restored) continue;
    const std::string what = name == kUnfinished
                                 ? "has an interrupted restore (.restoring): remove it"
                                 : StrCat("is not empty (", name, "): give an empty directory");
    return absl::FailedPreconditionError(StrCat(data, " ", what));
  }
  if (!error || error == std::errc::no_such_file_or_directory) return absl::OkStatus();
  return absl::UnavailableError(StrCat("cannot read ", data, ": ", error.message()));
}

absl::Status MakeDirectories(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return absl::OkStatus();
  fs::create_directories(fs::path(path).parent_path(), error);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return FileError("make", path);
  return absl::OkStatus();
}

absl::Status CopyStores(const OpenedBackup& backup, const std::string& target, OnBytes on_bytes) {
  for (const BackupFile& file : backup.manifest.files) {
    const std::string to = StrCat(target, "/", file.path);
    RETURN_IF_ERROR(MakeParents(target, file.path));
    ASSIGN_OR_RETURN(const FileSum sum,
                     CopyFile(StrCat(backup.directory, "/", file.path), to, on_bytes));
    if (IsSame(file, sum)) continue;
    Faults faults;
    faults.Add(FaultOf(file, sum));
    return faults.status(backup.directory);
  }
  for (const BackupStore& store : backup.manifest.stores) {
    const std::string directory = StrCat(target, "/", store.name);
    RETURN_IF_ERROR(MakeDirectories(directory));
    RETURN_IF_ERROR(
        ReplaceFile(StrCat(directory, "/", kRestoredFile), StrCat(backup.name, "\n"), 0600));
  }
  return absl::OkStatus();
}

absl::Status Publish(const OpenedBackup& backup, const std::string& unfinished,
                     const std::string& data) {
  RETURN_IF_ERROR(SyncTree(unfinished));
  std::vector<std::string> published;
  for (const BackupStore& store : backup.manifest.stores) {
    const std::string from = StrCat(unfinished, "/", store.name);
    const std::string to = StrCat(data, "/", store.name);
    if (::rename(from.c_str(), to.c_str()) != 0) {
      const absl::Status status = FileError("rename", from);
      std::error_code ignored;
      for (const std::string& path : published) fs::remove_all(path, ignored);
      return status;
    }
    published.push_back(to);
  }
  return SyncDirectory(data);
}

}  // namespace

absl::Status CheckBackupFiles(const OpenedBackup& backup, OnBytes on_bytes) {
  Faults faults;
  for (const BackupFile& file : backup.manifest.files) {
    const absl::StatusOr<FileSum> sum = SumFile(StrCat(backup.directory, "/", file.path), on_bytes);
    if (absl::IsNotFound(sum.status())) {
      faults.Add(StrCat(file.path, " is missing"));
    } else if (!sum.ok()) {
      return sum.status();
    } else if (!IsSame(file, *sum)) {
      faults.Add(FaultOf(file, *sum));
    }
  }
  RETURN_IF_ERROR(FindSurplus(backup, faults));
  return faults.status(backup.directory);
}

absl::Status RestoreBackup(const OpenedBackup& backup, const std::string& data_directory,
                           OnBytes on_bytes, CheckRestored check) {
  // Without a slash at its end, which would be an empty name.
  std::string data = data_directory;
  while (data.size() > 1 && data.back() == '/') data.pop_back();
  RETURN_IF_ERROR(CheckTarget(backup, data));
  std::error_code error;
  const bool existed = fs::exists(data, error);
  RETURN_IF_ERROR(MakeDirectories(data));
  const std::string unfinished = StrCat(data, "/", kUnfinished);
  absl::Status status = MakeDirectories(unfinished);
  if (status.ok()) status = CopyStores(backup, unfinished, on_bytes);
  if (status.ok()) status = check(unfinished);
  if (status.ok()) status = Publish(backup, unfinished, data);
  fs::remove_all(unfinished, error);
  if (!status.ok() && !existed) fs::remove(data, error);
  return status;
}

}  // namespace citylayers::storage
