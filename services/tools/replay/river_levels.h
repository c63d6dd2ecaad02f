// Reconstructs a river's stage through a month from its daily high and low water.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_RIVER_LEVELS_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_RIVER_LEVELS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "base/csv.h"
#include "base/lon_lat.h"

namespace citylayers::replay {

/// One gauge's stages between known extremes. The source has no times of day: the day's high is
/// assumed at 05:00 and 18:00 local, its low at 11:30 and 23:30, and a cosine joins each to the
/// next. So all values except the extremes are estimates.
struct RiverGauge {
  struct Extreme {
    absl::Duration at;  // since local midnight of the first day
    double stage_m = 0;
  };
  std::string name;  // as in the source, e.g. "Phú An"
  LonLat at;
  std::vector<Extreme> extremes;  // ascending by time

  /// Metres above Hòn Dấu, to 1 mm. Before the first and after the last extreme: that extreme.
  double StageM(absl::Duration since_first_day) const;
};

/// Gauges with at least one day in [first_day, first_day + day_count). Columns station, lat, lon,
/// date, high_water_m, low_water_m. The source writes a missing high as 0; it is replaced by the
/// mean of the nearest known highs before and after.
/// INVALID_ARGUMENT with file and line: a malformed cell, or a level beyond +-10 m.
absl::StatusOr<std::vector<RiverGauge>> ReconstructRiver(const CsvTable& table,
                                                         absl::CivilDay first_day, int day_count);

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_RIVER_LEVELS_H_
