#include "base/lon_lat.h"

#include <cmath>
#include <numbers>

namespace citylayers {

double DistanceM(LonLat a, LonLat b) {
  constexpr double kRadiusM = 6371008.8;
  constexpr double kRad = std::numbers::pi / 180;
  const double s = std::sin((b.lat_deg - a.lat_deg) * kRad / 2);
  const double t = std::sin((b.lon_deg - a.lon_deg) * kRad / 2);
  const double h = s * s + std::cos(a.lat_deg * kRad) * std::cos(b.lat_deg * kRad) * t * t;
  return 2 * kRadiusM * std::asin(std::min(1.0, std::sqrt(h)));
}

}  // namespace citylayers
