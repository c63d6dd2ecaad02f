// The readings store as a source of backups.
#ifndef CITYLAYERS_SERVICES_READINGS_READINGS_BACKUP_H_
#define CITYLAYERS_SERVICES_READINGS_READINGS_BACKUP_H_

#include <cstdint>
#include <string>

#include "base/strings.h"
#include "services/runtime/backup_source.h"
#include "storage/readings/format_file.h"
#include "storage/readings/readings_copy.h"
#include "storage/readings/readings_store.h"

namespace citylayers::readings {

/// Readings with the registry of stations and the city clock. `store` must outlive it. Thread-safe.
class ReadingsBackup final : public runtime::BackupSource {
 public:
  explicit ReadingsBackup(storage::ReadingsStore& store) : store_(store) {}

  std::string name() const override { return "readings"; }
  std::uint64_t format() const override { return storage::kReadingsFormat; }
  absl::StatusOr<storage::StoreCopy> Copy(const std::string& directory) override {
    return store_.upkeep().Copy(directory);
  }
  absl::Status Check(const std::string& directory, const storage::StoreCopy& copy) const override {
    const absl::StatusOr<std::uint64_t> offset = storage::CheckReadingsCopy(directory);
    if (!offset.ok() || *offset == copy.offset) return offset.status();
    return absl::DataLossError(StrCat("the copy of the readings ends at offset ", *offset,
                                      " and should end at ", copy.offset));
  }

 private:
  storage::ReadingsStore& store_;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_READINGS_BACKUP_H_
