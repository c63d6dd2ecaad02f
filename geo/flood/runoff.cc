#include "geo/flood/runoff.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace citylayers::geo {

double RunoffMm(double rain_mm, double curve_number) {
  const double storage_mm = 25400 / curve_number - 254;
  const double beyond_first_loss_mm = rain_mm - 0.2 * storage_mm;
  if (beyond_first_loss_mm <= 0) return 0;
  return beyond_first_loss_mm * beyond_first_loss_mm / (rain_mm + 0.8 * storage_mm);
}

double DrainCapacityMmPerHour(double stage_m, const DrainOptions& options) {
  if (!(stage_m > options.free_below_stage_m)) return options.capacity_mm_per_h;
  if (stage_m >= options.blocked_from_stage_m) return 0;
  const double open = (options.blocked_from_stage_m - stage_m) /
                      (options.blocked_from_stage_m - options.free_below_stage_m);
  return options.capacity_mm_per_h * open;
}

absl::Status RainZone::Advance(double rain_mm, double hours, double drain_mm_per_h) {
  for (const double v : {rain_mm, hours, drain_mm_per_h}) {
    if (!(v >= 0) || !std::isfinite(v)) {
      return absl::InvalidArgumentError(
          absl::StrCat("rain zone: ", rain_mm, " mm in ", hours, " h with drains of ",
                       drain_mm_per_h, " mm/h; all three must be finite and not negative"));
    }
  }
  const double before_mm = RunoffMm(storm_rain_mm_, curve_number_);
  storm_rain_mm_ += rain_mm;
  const double on_surface_mm = standing_mm_ + RunoffMm(storm_rain_mm_, curve_number_) - before_mm;
  const double taken_mm = std::min(on_surface_mm, drain_mm_per_h * hours);
  drained_mm_ += taken_mm;
  standing_mm_ = on_surface_mm - taken_mm;
  return absl::OkStatus();
}

}  // namespace citylayers::geo
