// The lock of a directory of API keys.
#ifndef CITYLAYERS_SERVICES_KEYS_KEY_LOCK_H_
#define CITYLAYERS_SERVICES_KEYS_KEY_LOCK_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace citylayers::keys {

/// Held by the one KeyBook that may change a key file, so that two processes do not overwrite each
/// other's keys. The system releases it when the process ends. Movable; not thread-safe.
class KeyLock {
 public:
  /// Locks the file at `path`, creating it with mode 0600. Does not wait. FAILED_PRECONDITION:
  /// another KeyLock holds it, in this process or another. UNAVAILABLE: it cannot be created or
  /// locked.
  static absl::StatusOr<KeyLock> Take(const std::string& path);

  KeyLock(KeyLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  KeyLock& operator=(KeyLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~KeyLock();

 private:
  explicit KeyLock(int file) : file_(file) {}

  int file_;
};

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEY_LOCK_H_
