// Inputs of the alert rules: the state of the city at one city time, from the other services.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_OBSERVATIONS_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_OBSERVATIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "base/lon_lat.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// Trust in a reading. Profile and suspect readings raise no alert.
enum class Quality { kGood, kEstimated, kProfile, kSuspect };

inline bool IsTrusted(Quality quality) {
  return quality == Quality::kGood || quality == Quality::kEstimated;
}

/// One reading of a river gauge.
struct StageReading {
  absl::Time time;
  double stage_m = 0;  ///< Metres above the Hòn Dấu datum.
  Quality quality = Quality::kGood;
};

/// A river gauge: its newest reading, and those before it that the rules may not have evaluated.
struct StageObservation {
  std::string station;  ///< `stations/{id}`.
  storage::Localized place;
  LonLat location;
  double stage_m = 0;  ///< Metres above the Hòn Dấu datum.
  absl::Time read_time;
  Quality quality = Quality::kGood;
  /// Stages at which báo động I, II and III begin; NaN: the gauge does not have this level. Empty:
  /// the gauge raises no alert.
  std::vector<double> levels_m;
  bool stale = false;                            ///< Older than three of its periods.
  absl::Duration period = absl::ZeroDuration();  ///< Between two readings. Zero: not known.
  std::vector<StageReading> recent;  ///< Recent readings. Empty: only the newest is known.
};

/// A flooded street, all its segments together.
struct StreetDepthObservation {
  std::string street;     ///< Its name.
  std::string street_id;  ///< Distinguishes streets of the same name. Empty: the name does.
  LonLat location;        ///< The deepest point.
  double radius_m = 0;    ///< Around `location`, over all its wet segments.
  double depth_m = 0;     ///< Greatest depth.
};

struct JamObservation {
  std::string jam;  ///< `jams/{id}`.
  std::string street;
  LonLat head;
  LonLat tail;
  double length_m = 0;
  double speed_kmh = 0;
  std::optional<absl::Time> since;  ///< When its oldest part began to queue. nullopt: unknown.
  double live_share = 1;    ///< Share of its length with measured speeds rather than profile ones.
  std::string from_street;  ///< Crosses at the tail; empty: none is known.
  std::string to_street;    ///< Crosses at the head; empty: none is known.
  /// Driving direction, clockwise from north.
  std::optional<double> bearing_deg;
};

/// All flooded streets, or all jams. One that is not listed is dry, or dissolved.
template <typename Item>
struct Complete {
  std::vector<Item> items;
  absl::Time data_time;  ///< City time of the newest data used for it.
};

inline constexpr char kStagesInput[] = "inputs/stages";
inline constexpr char kStreetsInput[] = "inputs/streets";
inline constexpr char kJamsInput[] = "inputs/jams";

/// A list that could not be read.
struct InputFailure {
  std::string input;  ///< One of the above.
  std::string why;
};

/// Inputs of one evaluation. A list is missing when its service did not answer (see `failures`), or
/// when the city has no such data, e.g. streets without terrain.
struct Conditions {
  std::optional<std::vector<StageObservation>> stages;
  std::optional<Complete<StreetDepthObservation>> streets;
  std::optional<Complete<JamObservation>> jams;
  std::vector<InputFailure> failures;
};

/// An input that the rules cannot evaluate now.
struct DataGap {
  std::string subject;  ///< `stations/{id}` or `inputs/{name}`.
  storage::Localized place;
  LonLat location;
  std::string reason;                       ///< In English.
  absl::Time since = absl::InfinitePast();  ///< City time of the last data. InfinitePast: none.
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_OBSERVATIONS_H_
