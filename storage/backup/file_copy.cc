#include "storage/backup/file_copy.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/bytes/file_digest.h"

namespace citylayers::storage {
namespace {

// Closes its file at the end.
class OpenFile {
 public:
  explicit OpenFile(int number) : number_(number) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  // Some file systems report a full disk only here.
  bool Close() {
    const int number = number_;
    number_ = -1;
    return ::close(number) == 0;
  }

 private:
  int number_;
};

absl::Status WriteAll(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return FileError("write", path);
    }
  }
  return absl::OkStatus();
}

// Passes each part of the file to `on_part`.
absl::StatusOr<FileSum> ReadParts(int file, const std::string& path,
                                  absl::FunctionRef<absl::Status(std::string_view)> on_part) {
  FileDigest digest;
  FileSum sum;
  std::string part(kCopyPartBytes, '\0');
  while (true) {
    const ssize_t count = ::read(file, part.data(), part.size());
    if (count == 0) break;
    if (count < 0) {
      if (errno == EINTR) continue;
      return FileError("read", path);
    }
    const std::string_view bytes(part.data(), static_cast<std::size_t>(count));
    digest.Add(bytes);
    sum.bytes += bytes.size();
    RETURN_IF_ERROR(on_part(bytes));
  }
  sum.sha256 = digest.Hex();
  return sum;
}

}  // namespace

absl::Status FileError(const std::string& doing, const std::string& path) {
  const int error = errno;
  const std::string message = StrCat("cannot ", doing, " ", path, ": ", std::strerror(error));
  if (error == ENOSPC || error == EDQUOT) return absl::ResourceExhaustedError(message);
  return error == ENOENT ? absl::NotFoundError(message) : absl::UnavailableError(message);
}

absl::StatusOr<FileSum> CopyFile(const std::string& from, const std::string& to, OnBytes on_bytes) {
  const OpenFile source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (source.number() < 0) return FileError("read", from);
  OpenFile target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (target.number() < 0) return FileError("create", to);
  ASSIGN_OR_RETURN(FileSum sum,
                   ReadParts(source.number(), from, [&](std::string_view bytes) -> absl::Status {
                     RETURN_IF_ERROR(WriteAll(target.number(), bytes, to));
                     return on_bytes(bytes.size());
                   }));
  if (::fsync(target.number()) != 0) return FileError("sync", to);
  // The copy is not read again soon: it must not push the server's data out of memory.
  ::posix_fadvise(target.number(), 0, 0, POSIX_FADV_DONTNEED);
  if (!target.Close()) return FileError("write", to);
  return sum;
}

absl::StatusOr<FileSum> SumFile(const std::string& path, OnBytes on_bytes) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.number() < 0) return FileError("read", path);
  return ReadParts(file.number(), path,
                   [&](std::string_view bytes) { return on_bytes(bytes.size()); });
}

absl::Status MakeParents(const std::string& root, std::string_view path) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    const std::string directory = StrCat(root, "/", path.substr(0, slash));
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
      return FileError("make", directory);
    }
  }
  return absl::OkStatus();
}

absl::Status SyncTree(const std::string& root) {
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root, error)) {
    if (entry.is_directory()) RETURN_IF_ERROR(SyncDirectory(entry.path().string()));
  }
  return SyncDirectory(root);
}

absl::Status SyncDirectory(const std::string& path) {
  const OpenFile directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a directory (EINVAL).
  if (directory.number() < 0 || (::fsync(directory.number()) != 0 && errno != EINVAL)) {
    return FileError("sync", path);
  }
  return absl::OkStatus();
}

}  // namespace citylayers::storage
