#include "services/keys/key_lock.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/strings.h"

namespace citylayers::keys {

absl::StatusOr<KeyLock> KeyLock::Take(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return absl::UnavailableError(StrCat("cannot create ", path, ": ", std::strerror(errno)));
  }
  KeyLock lock(file);
  // Not fcntl: such locks belong to a process, which loses them when it closes the file once.
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    return absl::FailedPreconditionError(
        StrCat(std::filesystem::path(path).parent_path().string(),
               " is in use by a server: stop it, or give another data directory; `citylayers keys "
               "create` makes keys while a server runs"));
  }
  return absl::UnavailableError(StrCat("cannot lock ", path, ": ", std::strerror(errno)));
}

KeyLock::~KeyLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace citylayers::keys
