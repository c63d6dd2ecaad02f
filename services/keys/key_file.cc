#include "services/keys/key_file.h"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_format.h"
#include <sys/stat.h>
#include <unistd.h>

#include "base/opened_file.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/checkpoint/checkpoint_file.h"

namespace citylayers::keys {
namespace {

constexpr char kKind[] = "keys";
constexpr mode_t kMode = 0600;

absl::Status Damaged(const std::string& path, std::string_view why) {
  return absl::DataLossError(StrCat(
      path, ": ", why,
      ": restore it from a backup, or move it away and make new keys with `citylayers keys init`"));
}

absl::Status Newer(const std::string& path) {
  return absl::FailedPreconditionError(
      StrCat(path, ": a newer version of the program wrote it: run that version or a later one"));
}

// Separate from reading, whose NOT_FOUND covers files that exist but cannot be opened: replacing
// such a file would lose its keys.
absl::Status CheckAccess(const OpenedFile& file, const std::string& path) {
  if (file.number() < 0 && errno == ENOENT) {
    return absl::NotFoundError(StrCat(path, ": no key file"));
  }
  struct stat info = {};
  if (file.number() < 0 || ::fstat(file.number(), &info) != 0) {
    return absl::FailedPreconditionError(StrCat(path, ": cannot be read: ", std::strerror(errno),
                                                ": give it to the user that runs the server"));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(StrCat(path, ": is not a file: move it away"));
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::FailedPreconditionError(
        StrCat(path, ": its mode ", absl::StrFormat("%04o", info.st_mode & 07777),
               " gives other users access to the keys: chmod 600 ", path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SaveKeys(const std::string& path, const KeySet& keys) {
  const storage::Checkpoint checkpoint{
      .kind = kKind, .kind_version = kKeysFormat, .payload = ToProto(keys).SerializeAsString()};
  return storage::SaveCheckpoint(path, checkpoint, kMode);
}

absl::StatusOr<KeySet> LoadKeys(const std::string& path) {
  const OpenedFile opened(path);
  RETURN_IF_ERROR(CheckAccess(opened, path));
  // The file that was checked, even when another one has its name by now.
  const absl::StatusOr<storage::Checkpoint> file =
      storage::LoadCheckpoint(StrCat("/proc/self/fd/", opened.number()));
  if (absl::IsNotFound(file.status())) {
    return absl::FailedPreconditionError(
        StrCat(path, ": cannot be read through /proc/self/fd: mount /proc"));
  }
  // The messages of checkpoints name another remedy: there, a log has the same content.
  if (absl::IsFailedPrecondition(file.status())) return Newer(path);
  if (!file.ok()) return Damaged(path, "the key file is damaged");
  if (file->kind != kKind || file->kind_version == 0) {
    return Damaged(path, "is not a key file");
  }
  if (file->kind_version > kKeysFormat) return Newer(path);
  v1::KeyRing ring;
  if (!ring.ParseFromString(file->payload)) return Damaged(path, "the key file is damaged");
  absl::StatusOr<KeySet> keys = FromProto(ring);
  if (absl::IsDataLoss(keys.status())) return Damaged(path, ToStd(keys.status().message()));
  if (!keys.ok()) {
    return absl::Status(keys.status().code(), StrCat(path, ": ", ToStd(keys.status().message())));
  }
  return keys;
}

}  // namespace citylayers::keys
