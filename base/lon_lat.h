// Positions and boxes on the WGS 84 ellipsoid, in degrees. Plain values used in all
// parts of the system.
#ifndef CITYLAYERS_BASE_LON_LAT_H_
#define CITYLAYERS_BASE_LON_LAT_H_

#include <algorithm>
#include <limits>

namespace citylayers {

/// A point in EPSG:4326, longitude first.
struct LonLat {
  double lon_deg = 0;
  double lat_deg = 0;
  friend bool operator==(const LonLat&, const LonLat&) = default;
};

/// A closed box in EPSG:4326 that does not cross the antimeridian. Default: empty (Contains
/// nothing, Extend works).
struct LonLatBox {
  double west_deg = std::numeric_limits<double>::infinity();
  double south_deg = std::numeric_limits<double>::infinity();
  double east_deg = -std::numeric_limits<double>::infinity();
  double north_deg = -std::numeric_limits<double>::infinity();

  bool IsEmpty() const { return west_deg > east_deg || south_deg > north_deg; }
  bool Contains(LonLat p) const {
    return p.lon_deg >= west_deg && p.lon_deg <= east_deg && p.lat_deg >= south_deg &&
           p.lat_deg <= north_deg;
  }
  bool Intersects(const LonLatBox& o) const {
    return west_deg <= o.east_deg && o.west_deg <= east_deg && south_deg <= o.north_deg &&
           o.south_deg <= north_deg;
  }
  void Extend(LonLat p) {
    west_deg = std::min(west_deg, p.lon_deg);
    east_deg = std::max(east_deg, p.lon_deg);
    south_deg = std::min(south_deg, p.lat_deg);
    north_deg = std::max(north_deg, p.lat_deg);
  }
  friend bool operator==(const LonLatBox&, const LonLatBox&) = default;
};

/// Great-circle distance on a sphere of 6,371,008.8 m (IUGG mean radius), metres. The error against
/// WGS 84 is at most 0.5 %.
double DistanceM(LonLat a, LonLat b);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_LON_LAT_H_
