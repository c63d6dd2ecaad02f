// Web Mercator (EPSG:3857) by its closed formula, as world coordinates from 0 to 1, without PROJ.
#ifndef CITYLAYERS_GEO_PROJECTION_WEB_MERCATOR_H_
#define CITYLAYERS_GEO_PROJECTION_WEB_MERCATOR_H_

#include "base/lon_lat.h"

namespace citylayers::geo {

/// The latitude at which the Web Mercator square ends.
inline constexpr double kMaxMercatorLatDeg = 85.05112877980659;

/// A point of the Web Mercator square: (0, 0) is its north-west corner, (1, 1) its south-east one.
/// A tile z/x/y covers [x, x+1) / 2^z by [y, y+1) / 2^z of it.
struct WorldPoint {
  double x = 0;
  double y = 0;
  friend bool operator==(const WorldPoint&, const WorldPoint&) = default;
};

/// Projects. Latitudes beyond +-kMaxMercatorLatDeg are clamped to the square's edge; longitudes are
/// not wrapped. Thread-safe; about 20 ns.
WorldPoint WorldFromLonLat(LonLat p);

/// The inverse of WorldFromLonLat, exact to 1e-12 degrees.
LonLat LonLatFromWorld(WorldPoint w);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_PROJECTION_WEB_MERCATOR_H_
