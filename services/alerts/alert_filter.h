// Filters over alerts.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_FILTER_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_FILTER_H_

#include "services/alerts/filter.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// The fields of an alert that filters may name, as AlertService documents them.
const FilterSchema& AlertFilterSchema();

/// INVALID_ARGUMENT as Filter::Parse.
absl::StatusOr<Filter> ParseAlertFilter(absl::string_view text);

bool MatchesAlert(const Filter& filter, const storage::AlertRecord& alert);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_FILTER_H_
