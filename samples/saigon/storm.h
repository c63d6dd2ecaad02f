// The storm of the generated day: one cell that crosses the city from south-west to north-east.
// Part of scenario.h.
#ifndef CITYLAYERS_SAMPLES_SAIGON_STORM_H_
#define CITYLAYERS_SAMPLES_SAIGON_STORM_H_

#include <cstdint>

#include "base/lon_lat.h"

namespace citylayers::saigon {

/// Rain between 14:30 and 17:00 local time: 100 mm in total at the gauge Mạc Đĩnh Chi, which the
/// centre of the cell passes, and less beside its track. Immutable; thread-safe.
class Storm {
 public:
  explicit Storm(std::uint64_t seed);

  /// Intensity in mm/h. `hour` is 0..24, local.
  double RateMmPerHour(LonLat at, double hour) const;
  /// Rain of (from, to], hours of one day, in mm: the sum over minutes.
  double SumMm(LonLat at, double from_hour, double to_hour) const;

 private:
  double ShapeAt(LonLat at, double hour) const;

  std::uint64_t seed_;
  double scale_mm_per_hour_ = 1;
};

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_STORM_H_
