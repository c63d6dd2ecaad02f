// Rain runoff on streets: losses to the ground and to the drains.
#ifndef CITYLAYERS_GEO_FLOOD_RUNOFF_H_
#define CITYLAYERS_GEO_FLOOD_RUNOFF_H_

#include "absl/status/status.h"

namespace citylayers::geo {

/// Runoff of a storm by the curve number method of the United States Soil Conservation Service
/// (USDA, National Engineering Handbook, part 630, chapter 10): with S = 25400 / CN - 254 mm,
///   Q = (P - 0.2 S)^2 / (P + 0.8 S) for P > 0.2 S, else 0.
/// Curve numbers: 98 paved, 85-92 dense housing, 74-80 park on clay, 100 water (all rain runs off).
/// REQUIRES: rain_mm >= 0, 0 < curve_number <= 100.
double RunoffMm(double rain_mm, double curve_number);

/// Capacity of the drains, and its reduction by the tide.
struct DrainOptions {
  /// 75.88 mm in 3 h, the design rain of the city's third-tier sewers (decision 752/2001).
  double capacity_mm_per_h = 25;
  /// The sewers' design tide: up to this stage outfalls drain freely. Metres over Hon Dau.
  double free_below_stage_m = 1.32;
  /// From this stage on outfalls are covered and the drains take no water. Between the two stages
  /// the capacity decreases linearly (a proposal of this project).
  double blocked_from_stage_m = 1.60;
};

/// Capacity of the drains at a tide stage. A stage of NaN (unknown) does not reduce it.
double DrainCapacityMmPerHour(double stage_m, const DrainOptions& options = {});

/// The water balance of one rain zone: an area with one rain gauge and one kind of ground.
/// Deterministic: equal calls give equal state. Not thread-safe.
class RainZone {
 public:
  /// REQUIRES: 0 < curve_number <= 100.
  explicit RainZone(double curve_number) : curve_number_(curve_number) {}

  /// Adds `rain_mm` over the next `hours`, with drains taking up to `drain_mm_per_h`; drains also
  /// take water standing from before. INVALID_ARGUMENT: a number that is negative or not finite.
  absl::Status Advance(double rain_mm, double hours, double drain_mm_per_h);

  /// Ends the storm: the ground counts as dry again, standing water stays.
  void EndStorm() { storm_rain_mm_ = 0; }

  /// Water on the surface, as a layer over the zone.
  double standing_mm() const { return standing_mm_; }
  /// Rain since the storm began.
  double storm_rain_mm() const { return storm_rain_mm_; }
  /// Total amount taken by the drains.
  double drained_mm() const { return drained_mm_; }

 private:
  double curve_number_;
  double storm_rain_mm_ = 0;
  double standing_mm_ = 0;
  double drained_mm_ = 0;
};

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_RUNOFF_H_
