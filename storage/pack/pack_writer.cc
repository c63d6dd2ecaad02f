#include "storage/pack/pack_writer.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/bytes/checksum.h"
#include "storage/pack/mapped_file.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifestName = "manifest.toml";

absl::Status Failed(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, StrCat("cannot ", what, " ", path));
}

absl::Status Failed(std::string_view what, const std::string& path, const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), StrCat("cannot ", what, " ", path));
}

absl::Status SyncPath(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return Failed("open", path);
  const absl::Status status = ::fsync(fd) == 0 ? absl::OkStatus() : Failed("sync", path);
  ::close(fd);
  return status;
}

absl::Status WriteAll(const std::string& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return Failed("create", path);
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const absl::Status status = Failed("write", path);
      ::close(fd);
      return status;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  // Some file systems report a full disk only here.
  if (::close(fd) != 0) return Failed("write", path);
  return absl::OkStatus();
}

std::string Parent(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

// Only a pack or an empty directory may be replaced, so that a mistyped path cannot
// delete a home directory.
absl::Status CheckReplaceable(const std::string& out) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(out, error))) return absl::OkStatus();
  if (fs::is_directory(out, error)) {
    if (fs::exists(fs::path(out) / kManifestName, error)) {
      absl::StatusOr<MappedFile> manifest =
          MappedFile::Open((fs::path(out) / kManifestName).string());
      if (manifest.ok() && manifest->bytes().find("pack_id = ") != std::string_view::npos) {
        return absl::OkStatus();
      }
    } else if (fs::is_empty(out, error)) {
      return absl::OkStatus();
    }
  }
  return absl::FailedPreconditionError(
      StrCat(out, " exists and is not a city pack; name another folder with --out, or remove it"));
}

// Removes directories of builds whose process has ended. One of a running process is
// a build in progress.
void RemoveStaleBuilds(const std::string& out) {
  const std::string prefix = fs::path(out).filename().string() + ".building-";
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(Parent(out), error)) {
    const std::string name = entry.path().filename().string();
    int pid = 0;
    if (!name.starts_with(prefix) || !absl::SimpleAtoi(name.substr(prefix.size()), &pid)) continue;
    const bool alive = pid != ::getpid() && (::kill(pid, 0) == 0 || errno != ESRCH);
    std::error_code ignored;
    if (!alive) fs::remove_all(entry.path(), ignored);
  }
}

// Moves `building` to `out`. If `out` exists, both names are swapped in one step, so that a reader
// finds either the old pack or the new one.
absl::Status PutInPlace(const std::string& building, const std::string& out) {
  std::error_code error;
  if (!fs::exists(out, error)) {
    if (::rename(building.c_str(), out.c_str()) != 0) return Failed("rename to", out);
    return absl::OkStatus();
  }
  if (::renameat2(AT_FDCWD, building.c_str(), AT_FDCWD, out.c_str(), RENAME_EXCHANGE) == 0) {
    fs::remove_all(building, error);
    return absl::OkStatus();
  }
  if (errno != EINVAL && errno != ENOSYS) return Failed("replace", out);
  // The file system cannot swap: there is no pack for a moment.
  const std::string old = building + ".old";
  if (::rename(out.c_str(), old.c_str()) != 0) return Failed("move away", out);
  if (::rename(building.c_str(), out.c_str()) != 0) {
    const absl::Status status = Failed("rename to", out);
    ::rename(old.c_str(), out.c_str());
    return status;
  }
  fs::remove_all(old, error);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<PackWriter>> PackWriter::Create(const std::string& out_path) {
  std::string out = out_path;
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  if (out.empty()) return absl::InvalidArgumentError("the pack needs a folder: set --out");
  RETURN_IF_ERROR(CheckReplaceable(out));
  std::error_code error;
  fs::create_directories(Parent(out), error);
  if (error) return Failed("create", Parent(out), error);
  RemoveStaleBuilds(out);
  const std::string building = StrCat(out, ".building-", ::getpid());
  if (!fs::create_directory(building, error) || error) return Failed("create", building, error);
  return std::unique_ptr<PackWriter>(new PackWriter(std::move(out), building));
}

PackWriter::~PackWriter() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(building_, ignored);
}

std::string PackWriter::PathOf(std::string_view name) const { return StrCat(building_, "/", name); }

absl::Status PackWriter::WriteFile(std::string_view name, std::string_view bytes) {
  RETURN_IF_ERROR(WriteAll(PathOf(name), bytes));
  files_.push_back({std::string(name), bytes.size(), PackChecksum(bytes)});
  return absl::OkStatus();
}

absl::Status PackWriter::AdoptFile(std::string_view name) {
  ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(PathOf(name)));
  files_.push_back({std::string(name), file.bytes().size(), PackChecksum(file.bytes())});
  return absl::OkStatus();
}

absl::StatusOr<std::string> PackWriter::Commit(Manifest manifest) {
  std::sort(files_.begin(), files_.end(),
            [](const PackFile& a, const PackFile& b) { return a.name < b.name; });
  manifest.files = files_;
  manifest.pack_id = ComputePackId(manifest);
  RETURN_IF_ERROR(WriteAll(PathOf(kManifestName), FormatManifest(manifest)));
  for (const PackFile& file : files_) RETURN_IF_ERROR(SyncPath(PathOf(file.name), O_RDONLY));
  RETURN_IF_ERROR(SyncPath(PathOf(kManifestName), O_RDONLY));
  RETURN_IF_ERROR(SyncPath(building_, O_RDONLY | O_DIRECTORY));
  RETURN_IF_ERROR(CheckReplaceable(out_));
  RETURN_IF_ERROR(PutInPlace(building_, out_));
  committed_ = true;
  RETURN_IF_ERROR(SyncPath(Parent(out_), O_RDONLY | O_DIRECTORY));
  return manifest.pack_id;
}

}  // namespace citylayers::storage
