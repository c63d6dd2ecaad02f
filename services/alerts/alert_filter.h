// Filters over alerts.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_FILTER_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_FILTER_H_

#include <string>
#include <vector>

#include "services/alerts/filter.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// The fields of an alert that filters may name, as AlertService documents them.
const FilterSchema& AlertFilterSchema();

/// Fields that only callers with alerts:operate may name: a filter tells their values as well.
const std::vector<std::string>& OperatorFields();

/// INVALID_ARGUMENT as Filter::Parse. PERMISSION_DENIED: it names one of OperatorFields, and
/// `by_operator` is false.
absl::StatusOr<Filter> ParseAlertFilter(absl::string_view text, bool by_operator = true);

bool MatchesAlert(const Filter& filter, const storage::AlertRecord& alert);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_FILTER_H_
