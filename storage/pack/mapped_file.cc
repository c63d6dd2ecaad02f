#include "storage/pack/mapped_file.h"

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"

namespace citylayers::storage {

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  const auto failed = [&](const char* what) {
    return absl::ErrnoToStatus(errno, StrCat("cannot ", what, " ", path));
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed("open");
  struct stat info {};
  if (::fstat(fd, &info) != 0) {
    const absl::Status status = failed("stat");
    ::close(fd);
    return status;
  }
  if (!S_ISREG(info.st_mode)) {
    ::close(fd);
    return absl::FailedPreconditionError(StrCat(path, " is not a regular file"));
  }
  MappedFile file;
  // mmap refuses an empty mapping; the caller decides whether an empty file is valid.
  if (info.st_size > 0) {
    void* address =
        ::mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED) {
      const absl::Status status = failed("map");
      ::close(fd);
      return status;
    }
    file.data_ = static_cast<const char*>(address);
    file.size_ = static_cast<std::size_t>(info.st_size);
  }
  ::close(fd);
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace citylayers::storage
