// The API keys as a source of backups.
#ifndef CITYLAYERS_SERVICES_KEYS_KEYS_BACKUP_H_
#define CITYLAYERS_SERVICES_KEYS_KEYS_BACKUP_H_

#include <cstdint>
#include <string>
#include <utility>

#include "services/runtime/backup_source.h"

namespace citylayers::keys {

/// Copies the file at `path`, which is replaced as a whole at each change. Thread-safe.
class KeysBackup final : public runtime::BackupSource {
 public:
  explicit KeysBackup(std::string path) : path_(std::move(path)) {}

  std::string name() const override;
  std::uint64_t format() const override;
  absl::StatusOr<storage::StoreCopy> Copy(const std::string& directory) override;
  absl::Status Check(const std::string& directory, const storage::StoreCopy& copy) const override;

 private:
  const std::string path_;
};

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEYS_BACKUP_H_
