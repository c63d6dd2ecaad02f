#include "storage/backup/backup_writer.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/backup/file_copy.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

absl::Status MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) == 0 || errno == EEXIST) return absl::OkStatus();
  return FileError("make", path);
}

// Files that their database writes once. Others may change without a change of name and size.
bool NeverChanges(std::string_view path) {
  return absl::EndsWith(ToAbsl(path), ".sst") || absl::EndsWith(ToAbsl(path), ".blob");
}

}  // namespace

absl::StatusOr<std::unique_ptr<BackupWriter>> BackupWriter::Begin(BackupWriterOptions options) {
  std::error_code error;
  fs::create_directories(fs::path(options.backups).parent_path(), error);
  RETURN_IF_ERROR(MakeDirectory(options.backups));
  absl::StatusOr<FileLock> lock =
      FileLock::TakeExclusive(StrCat(options.backups, "/", kBackupLockFile), /*create=*/true);
  if (absl::IsFailedPrecondition(lock.status())) {
    return absl::FailedPreconditionError(
        StrCat("another backup is being written to ", options.backups, ": wait for its end"));
  }
  RETURN_IF_ERROR(lock.status());
  RemoveIncomplete(options.backups);
  std::unique_ptr<BackupWriter> writer(new BackupWriter(std::move(options), *std::move(lock)));
  RETURN_IF_ERROR(MakeDirectory(writer->incomplete_));
  writer->LoadBase();
  return writer;
}

BackupWriter::BackupWriter(BackupWriterOptions options, FileLock lock)
    : options_(std::move(options)), lock_(std::move(lock)) {
  // Two backups of one millisecond, or a clock that was set back.
  absl::Time time = absl::FromUnixMillis(absl::ToUnixMillis(options_.time));
  std::error_code error;
  while (fs::exists(StrCat(options_.backups, "/", BackupNameOf(time)), error)) {
    time += absl::Milliseconds(1);
  }
  manifest_.time = time;
  manifest_.program_version = options_.program_version;
  name_ = BackupNameOf(time);
  incomplete_ = StrCat(options_.backups, "/", kIncompletePrefix, name_);
}

BackupWriter::~BackupWriter() {
  std::error_code ignored;
  if (!incomplete_.empty()) fs::remove_all(incomplete_, ignored);
}

// A base that cannot be read costs the saving, not the backup.
void BackupWriter::LoadBase() {
  if (options_.full) return;
  absl::StatusOr<OpenedBackup> base = OpenBackup(options_.backups, "latest");
  if (base.ok()) base_ = *std::move(base);
}

std::string BackupWriter::StorePath(std::string_view store) const {
  return StrCat(incomplete_.empty() ? StrCat(options_.backups, "/", name_) : incomplete_, "/",
                store);
}

const BackupFile* BackupWriter::FindKnown(const BackupStore& store, const Source& source) const {
  if (!base_.has_value() || !NeverChanges(source.path) || store.identity == "-") return nullptr;
  const BackupStore* before = base_->manifest.FindStore(store.name);
  if (before == nullptr || before->identity != store.identity) return nullptr;
  const BackupFile* file = base_->manifest.FindFile(StrCat(store.name, "/", source.path));
  const bool same =
      file != nullptr && file->bytes == source.bytes && file->source_time_ns == source.time_ns;
  return same ? file : nullptr;
}

absl::StatusOr<std::vector<BackupWriter::Source>> BackupWriter::FindSources(
    const BackupStore& store, const std::string& copy_directory) const {
  std::vector<Source> sources;
  std::error_code error;
  for (fs::recursive_directory_iterator entries(copy_directory, error);
       !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    const std::string path = entries->path().string();
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return FileError("read", path);
    if (S_ISDIR(info.st_mode)) continue;
    if (!S_ISREG(info.st_mode)) {
      return absl::InternalError(StrCat(path, " is not a regular file"));
    }
    Source source{.path = path.substr(copy_directory.size() + 1),
                  .known = nullptr,
                  .bytes = static_cast<std::uint64_t>(info.st_size),
                  .time_ns = info.st_mtim.tv_sec * kNsPerSecond + info.st_mtim.tv_nsec};
    source.known = FindKnown(store, source);
    sources.push_back(std::move(source));
  }
  if (error) {
    return absl::UnavailableError(StrCat("cannot read ", copy_directory, ": ", error.message()));
  }
  std::sort(sources.begin(), sources.end(),
            [](const Source& a, const Source& b) { return a.path < b.path; });
  return sources;
}

absl::Status BackupWriter::CheckSpace(const std::vector<Source>& sources) const {
  std::uint64_t needed = options_.min_free_bytes;
  for (const Source& source : sources) {
    if (source.known == nullptr) needed += source.bytes;
  }
  struct statvfs space {};
  if (::statvfs(incomplete_.c_str(), &space) != 0) return FileError("read", incomplete_);
  const std::uint64_t free_bytes = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  if (free_bytes >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      StrCat("the file system of ", options_.backups, " has ", free_bytes,
             " bytes left, and the backup needs ", needed,
             " with the part that is kept free: make room, or keep fewer backups (--keep)"));
}

absl::Status BackupWriter::AddFile(const BackupStore& store, const std::string& copy_directory,
                                   const Source& source, const OnProgress& on_progress) {
  BackupFile file{.path = StrCat(store.name, "/", source.path),
                  .bytes = source.bytes,
                  .sha256 = "",
                  .source_time_ns = source.time_ns};
  const std::string target = StrCat(incomplete_, "/", file.path);
  RETURN_IF_ERROR(MakeParents(incomplete_, file.path));
  // A link fails on file systems that have none, or too many links to one file: copy then.
  if (source.known != nullptr &&
      ::link(StrCat(base_->directory, "/", file.path).c_str(), target.c_str()) == 0) {
    file.sha256 = source.known->sha256;
    RETURN_IF_ERROR(on_progress(file.bytes));
  } else {
    ASSIGN_OR_RETURN(const FileSum sum,
                     CopyFile(StrCat(copy_directory, "/", source.path), target, on_progress));
    file.bytes = sum.bytes;
    file.sha256 = sum.sha256;
    copied_bytes_ += sum.bytes;
  }
  manifest_.files.push_back(std::move(file));
  return absl::OkStatus();
}

absl::Status BackupWriter::AddStore(const BackupStore& store, const std::string& copy_directory,
                                    const OnProgress& on_progress) {
  ASSIGN_OR_RETURN(const std::vector<Source> sources, FindSources(store, copy_directory));
  RETURN_IF_ERROR(CheckSpace(sources));
  RETURN_IF_ERROR(MakeDirectory(StorePath(store.name)));
  for (const Source& source : sources) {
    RETURN_IF_ERROR(AddFile(store, copy_directory, source, on_progress));
  }
  manifest_.stores.push_back(store);
  return absl::OkStatus();
}

absl::StatusOr<BackupManifest> BackupWriter::Commit() {
  std::sort(manifest_.files.begin(), manifest_.files.end(),
            [](const BackupFile& a, const BackupFile& b) { return a.path < b.path; });
  RETURN_IF_ERROR(SyncTree(incomplete_));
  RETURN_IF_ERROR(ReplaceFile(StrCat(incomplete_, "/", kBackupManifestFile),
                              FormatBackupManifest(manifest_), kFileMode));
  if (::rename(incomplete_.c_str(), StrCat(options_.backups, "/", name_).c_str()) != 0) {
    return FileError("rename", incomplete_);
  }
  incomplete_.clear();
  base_.reset();  // retention may remove it
  RETURN_IF_ERROR(SyncDirectory(options_.backups));
  return manifest_;
}

}  // namespace citylayers::storage
