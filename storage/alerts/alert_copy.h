// A check of a copied alert store that does not change it.
#ifndef CITYLAYERS_STORAGE_ALERTS_ALERT_COPY_H_
#define CITYLAYERS_STORAGE_ALERTS_ALERT_COPY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace citylayers::storage {

/// Version of the alert store that this program reads and writes; it refuses newer ones.
inline constexpr std::uint64_t kAlertsFormat = 1;

/// Opens the copy that AlertStore::Copy made in `directory` without changing a file, and returns
/// the greatest id of an alert. DATA_LOSS: it cannot be opened. FAILED_PRECONDITION: it has a newer
/// format.
absl::StatusOr<std::uint64_t> CheckAlertsCopy(const std::string& directory);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ALERTS_ALERT_COPY_H_
