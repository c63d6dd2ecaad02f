#include "services/keys/keys_backup.h"

#include <filesystem>
#include <system_error>

#include <sys/stat.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/keys/key_file.h"
#include "storage/backup/file_copy.h"

namespace citylayers::keys {

std::string KeysBackup::name() const { return std::string(kKeysDirectory); }

std::uint64_t KeysBackup::format() const { return kKeysFormat; }

absl::StatusOr<storage::StoreCopy> KeysBackup::Copy(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0) return storage::FileError("make", directory);
  const absl::Status copied =
      storage::CopyFile(path_, StrCat(directory, "/", kKeysFile), [](std::uint64_t) {
        return absl::OkStatus();
      }).status();
  if (copied.ok()) return storage::StoreCopy{};
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return copied;
}

absl::Status KeysBackup::Check(const std::string& directory, const storage::StoreCopy&) const {
  return LoadKeys(StrCat(directory, "/", kKeysFile)).status();
}

}  // namespace citylayers::keys
