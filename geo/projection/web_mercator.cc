#include "geo/projection/web_mercator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace citylayers::geo {
namespace {

constexpr double kRadiansPerDeg = std::numbers::pi / 180;

}  // namespace

WorldPoint WorldFromLonLat(LonLat p) {
  const double lat_deg = std::clamp(p.lat_deg, -kMaxMercatorLatDeg, kMaxMercatorLatDeg);
  // asinh(tan(lat)) equals the usual ln(tan(pi/4 + lat/2)) and keeps precision near the equator.
  const double y = std::asinh(std::tan(lat_deg * kRadiansPerDeg)) / (2 * std::numbers::pi);
  return {p.lon_deg / 360 + 0.5, 0.5 - y};
}

LonLat LonLatFromWorld(WorldPoint w) {
  const double y = (0.5 - w.y) * 2 * std::numbers::pi;
  return {(w.x - 0.5) * 360, std::atan(std::sinh(y)) / kRadiansPerDeg};
}

}  // namespace citylayers::geo
