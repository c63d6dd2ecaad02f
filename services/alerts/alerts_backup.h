// The alert store as a source of backups.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERTS_BACKUP_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERTS_BACKUP_H_

#include <cstdint>
#include <string>

#include "base/strings.h"
#include "services/runtime/backup_source.h"
#include "storage/alerts/alert_copy.h"
#include "storage/alerts/alert_store.h"

namespace citylayers::alerts {

/// `store` must outlive it. Thread-safe.
class AlertsBackup final : public runtime::BackupSource {
 public:
  explicit AlertsBackup(storage::AlertStore& store) : store_(store) {}

  std::string name() const override { return "alerts"; }
  std::uint64_t format() const override { return storage::kAlertsFormat; }
  absl::StatusOr<storage::StoreCopy> Copy(const std::string& directory) override {
    return store_.Copy(directory);
  }
  absl::Status Check(const std::string& directory, const storage::StoreCopy& copy) const override {
    const absl::StatusOr<std::uint64_t> last = storage::CheckAlertsCopy(directory);
    if (!last.ok() || *last == copy.offset) return last.status();
    return absl::DataLossError(StrCat("the copy of the alerts ends at alerts/", *last,
                                      " and should end at alerts/", copy.offset));
  }

 private:
  storage::AlertStore& store_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERTS_BACKUP_H_
