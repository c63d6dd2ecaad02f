#include "base/atomic_file.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"

namespace citylayers {
namespace {

absl::Status FileError(std::string_view doing, const std::string& path) {
  const int error = errno;
  const std::string message = StrCat("cannot ", doing, " ", path, ": ", std::strerror(error));
  return error == ENOSPC || error == EDQUOT ? absl::ResourceExhaustedError(message)
                                            : absl::UnavailableError(message);
}

// A file that a crash left behind keeps its mode when it is opened again: removes what exceeds
// `mode`. A new file has nothing to remove, so that the umask still applies to it.
bool NarrowMode(int file, mode_t mode) {
  struct stat info;
  if (::fstat(file, &info) != 0) return false;
  const mode_t had = info.st_mode & 07777;
  return !S_ISREG(info.st_mode) || (had & mode) == had || ::fchmod(file, had & mode) == 0;
}

absl::Status WriteAndSync(const std::string& path, std::string_view bytes, mode_t mode) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return FileError("create", path);
  absl::Status status;
  if (!NarrowMode(file, mode)) status = FileError("set the mode of", path);
  while (status.ok() && !bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      status = FileError("write", path);
    }
  }
  if (status.ok() && ::fsync(file) != 0) status = FileError("sync", path);
  // Some file systems report a full disk only here.
  if (::close(file) != 0 && status.ok()) status = FileError("write", path);
  return status;
}

// The rename is durable once the directory is synced. Some file systems cannot sync a directory, so
// a failure is not an error: the file is either the old one or the new one.
void SyncDirectoryOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const int directory =
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  ::fsync(directory);
  ::close(directory);
}

}  // namespace

absl::Status ReplaceFile(const std::string& path, std::string_view bytes, mode_t mode) {
  const std::string fresh = path + ".new";
  absl::Status status = WriteAndSync(fresh, bytes, mode);
  if (status.ok() && std::rename(fresh.c_str(), path.c_str()) != 0) {
    status = FileError("replace", path);
  }
  if (!status.ok()) {
    ::unlink(fresh.c_str());
    return status;
  }
  SyncDirectoryOf(path);
  return absl::OkStatus();
}

}  // namespace citylayers
