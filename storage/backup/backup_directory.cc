#include "storage/backup/backup_directory.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/backup/file_copy.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

constexpr char kNameFormat[] = "%Y-%m-%dT%H-%M-%E3SZ";
constexpr std::string_view kLatest = "latest";
constexpr std::size_t kNamesShown = 5;

std::string ManifestPath(const std::string& directory) {
  return StrCat(directory, "/", kBackupManifestFile);
}

absl::StatusOr<std::string> ReadManifestText(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return FileError("read", path);
  std::string text;
  std::string part(kCopyPartBytes, '\0');
  ssize_t count = 0;
  while ((count = ::read(file, part.data(), part.size())) != 0) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 || text.size() > kManifestBytesMax) break;
    text.append(part, 0, static_cast<std::size_t>(count));
  }
  const absl::Status failed = count < 0 ? FileError("read", path) : absl::OkStatus();
  ::close(file);
  RETURN_IF_ERROR(failed);
  if (text.size() > kManifestBytesMax) {
    return absl::DataLossError(
        StrCat("the manifest is damaged: it has more than ", kManifestBytesMax, " bytes"));
  }
  return text;
}

absl::StatusOr<BackupManifest> LoadManifest(const std::string& directory) {
  const std::string path = ManifestPath(directory);
  ASSIGN_OR_RETURN(const std::string text, ReadManifestText(path));
  absl::StatusOr<BackupManifest> manifest = ParseBackupManifest(text);
  if (manifest.ok()) return manifest;
  return absl::Status(manifest.status().code(),
                      StrCat(path, ": ", ToStd(manifest.status().message())));
}

// The names of complete backups, oldest first.
absl::StatusOr<std::vector<std::string>> NamesOf(const std::string& backups) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entries(backups, error);
  if (error == std::errc::no_such_file_or_directory) return names;
  while (!error && entries != fs::directory_iterator()) {
    const std::string name = entries->path().filename().string();
    if (IsBackupName(name) && fs::exists(ManifestPath(entries->path().string()))) {
      names.push_back(name);
    }
    entries.increment(error);
  }
  if (error) return absl::UnavailableError(StrCat("cannot read ", backups, ": ", error.message()));
  std::sort(names.begin(), names.end());
  return names;
}

std::set<std::string> StoresOf(const BackupManifest& manifest) {
  std::set<std::string> names;
  for (const BackupStore& store : manifest.stores) names.insert(store.name);
  return names;
}

// Renamed first: if this is interrupted, the rest is an incomplete backup, which the next one
// removes.
bool RemoveBackup(const std::string& backups, const std::string& name) {
  const std::string directory = StrCat(backups, "/", name);
  const auto lock = FileLock::TakeExclusive(ManifestPath(directory), /*create=*/false);
  if (!lock.ok()) return false;
  std::error_code error;
  const std::string gone = StrCat(backups, "/", kIncompletePrefix, name);
  fs::rename(directory, gone, error);
  if (error) return false;
  fs::remove_all(gone, error);
  return true;
}

absl::Status NoSuchBackup(const std::string& backups, std::string_view name,
                          const std::vector<std::string>& names) {
  if (names.empty()) return absl::NotFoundError(StrCat("there is no backup in ", backups));
  const std::size_t first = names.size() - std::min(names.size(), kNamesShown);
  return absl::NotFoundError(
      StrCat("there is no backup \"", name, "\" in ", backups, "; the newest are ",
             absl::StrJoin(names.begin() + static_cast<std::ptrdiff_t>(first), names.end(), ", ")));
}

}  // namespace

std::string BackupNameOf(absl::Time time) {
  return absl::FormatTime(kNameFormat, time, absl::UTCTimeZone());
}

bool IsBackupName(std::string_view name) {
  absl::Time time;
  std::string error;
  return absl::ParseTime(kNameFormat, ToAbsl(name), &time, &error) && BackupNameOf(time) == name;
}

absl::StatusOr<FileLock> FileLock::Take(const std::string& path, int open_flags, int operation) {
  const int file = ::open(path.c_str(), open_flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return FileError("open", path);
  FileLock lock(file);
  if (::flock(file, operation | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return FileError("lock", path);
  return absl::FailedPreconditionError(StrCat(path, " is in use by another process"));
}

absl::StatusOr<FileLock> FileLock::TakeExclusive(const std::string& path, bool create) {
  return Take(path, create ? O_RDWR | O_CREAT : O_RDONLY, LOCK_EX);
}

absl::StatusOr<FileLock> FileLock::TakeShared(const std::string& path) {
  return Take(path, O_RDONLY, LOCK_SH);
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

absl::StatusOr<OpenedBackup> OpenBackup(const std::string& backups, std::string_view name) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesOf(backups));
  if (names.empty()) return NoSuchBackup(backups, name, names);
  const std::string wanted = name.empty() || name == kLatest ? names.back() : std::string(name);
  if (!std::binary_search(names.begin(), names.end(), wanted)) {
    return NoSuchBackup(backups, name, names);
  }
  const std::string directory = StrCat(backups, "/", wanted);
  // Before the manifest is read: from here on no retention removes the backup.
  ASSIGN_OR_RETURN(FileLock lock, FileLock::TakeShared(ManifestPath(directory)));
  ASSIGN_OR_RETURN(BackupManifest manifest, LoadManifest(directory));
  return OpenedBackup{wanted, directory, std::move(manifest), std::move(lock)};
}

absl::StatusOr<std::vector<ListedBackup>> ListBackups(const std::string& backups) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesOf(backups));
  std::vector<ListedBackup> list;
  list.reserve(names.size());
  for (const std::string& name : names) {
    list.push_back({name, LoadManifest(StrCat(backups, "/", name))});
  }
  return list;
}

std::size_t RemoveIncomplete(const std::string& backups) {
  std::vector<fs::path> left;
  std::error_code error;
  for (fs::directory_iterator entries(backups, error);
       !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (absl::StartsWith(entries->path().filename().string(), ToAbsl(kIncompletePrefix))) {
      left.push_back(entries->path());
    }
  }
  for (const fs::path& path : left) fs::remove_all(path, error);
  return left.size();
}

std::vector<std::string> PruneBackups(const std::string& backups, std::size_t keep) {
  std::vector<std::string> removed;
  const absl::StatusOr<std::vector<ListedBackup>> list = ListBackups(backups);
  if (!list.ok()) return removed;
  // Processes of a split city may share the directory; each counts its own backups.
  std::set<std::string> stores;
  std::size_t kept = 0;
  for (auto backup = list->rbegin(); backup != list->rend(); ++backup) {
    if (!backup->manifest.ok()) continue;
    if (stores.empty()) stores = StoresOf(*backup->manifest);
    if (StoresOf(*backup->manifest) != stores || kept++ < keep) continue;
    if (RemoveBackup(backups, backup->name)) removed.push_back(backup->name);
  }
  return removed;
}

}  // namespace citylayers::storage
