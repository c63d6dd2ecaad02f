// A finding: place, newest value and threshold of one subject of a rule.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_FINDING_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_FINDING_H_

#include <optional>
#include <string>

#include "base/lon_lat.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// The latest evaluation of a subject by a rule.
struct Finding {
  storage::AlertKind kind = storage::AlertKind::kStage;
  std::string rule;
  std::string subject;
  storage::Localized place;
  LonLat location;
  double radius_m = 0;
  double value = 0;         ///< m, or km/h for jams.
  double length_m = 0;      ///< Of a jam.
  std::string from_street;  ///< Of a jam, as the next two.
  std::string to_street;
  std::optional<double> bearing_deg;
  std::string reason;    ///< Of an outage.
  double threshold = 0;  ///< Raise value of the tier in force, in the unit of `value`.
  /// Worst value since the alert was raised, when several arrived between two evaluations.
  std::optional<double> worst;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_FINDING_H_
