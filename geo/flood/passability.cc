#include "geo/flood/passability.h"

#include <algorithm>
#include <cmath>

namespace citylayers::geo {

VehicleLimits LimitsOf(Vehicle vehicle) {
  switch (vehicle) {
    case Vehicle::kMotorbike:
      return {0.10f, 0.20f};
    case Vehicle::kCar:
      return {0.15f, 0.30f};
    case Vehicle::kBus:
      return {0.30f, 0.50f};
    case Vehicle::kEmergency:
      return {0.30f, 0.60f};
  }
  return {0.10f, 0.20f};  // an unknown vehicle is treated as the weakest
}

Passability PassabilityOf(Vehicle vehicle, float depth_m) {
  if (std::isnan(depth_m)) return Passability::kUnknown;
  const VehicleLimits limits = LimitsOf(vehicle);
  if (depth_m >= limits.impassable_from_m) return Passability::kImpassable;
  if (depth_m >= limits.difficult_from_m) return Passability::kDifficult;
  return Passability::kPassable;
}

double SafeSpeedInWaterKmh(float depth_m) {
  const double w_mm = std::max(0.0, static_cast<double>(depth_m) * 1000);
  if (depth_m >= LimitsOf(Vehicle::kCar).impassable_from_m) return 0;
  return 0.0009 * w_mm * w_mm - 0.5529 * w_mm + 86.9448;
}

}  // namespace citylayers::geo
