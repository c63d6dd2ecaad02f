// Water, parks and names of the embedded Ho Chi Minh City, as plain values.
//
//   for (const saigon::Area& area : saigon::Areas()) Draw(area.kind, area.rings);
//
// All data was written by hand from common knowledge of the city and is approximate (100 to 200 m);
// see README.md. All functions are pure, deterministic and thread-safe; Areas() takes some 0.3 s,
// the others a millisecond.
#ifndef CITYLAYERS_SAMPLES_SAIGON_BASE_MAP_H_
#define CITYLAYERS_SAMPLES_SAIGON_BASE_MAP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/lon_lat.h"

namespace citylayers::saigon {

/// The area of the embedded city. Local streets fill its part north of 10.68 N.
inline constexpr LonLatBox kBounds = {106.60, 10.62, 106.83, 10.88};

enum class AreaKind : std::uint8_t {
  kRiver = 0,
  kCanal = 1,
  kLake = 2,
  kPark = 3,
  kAirfield = 4,
  kFields = 5,  // rice land, nipa palm and marsh: no streets
  kPort = 6,    // container and river ports, industrial zones
};

/// A filled shape. rings[0] is the outer ring, counter-clockwise; the others are holes, clockwise.
/// Rings are closed (first point == last), simple, and have at least 4 points. Rivers and canals
/// overlap where they join: fill them without an outline.
struct Area {
  AreaKind kind = AreaKind::kRiver;
  std::string name_vi;
  std::string name_en;
  std::vector<std::vector<LonLat>> rings;
};

enum class LineKind : std::uint8_t { kRiver = 0, kCanal = 1 };

/// The centre line of a river or canal, in the direction of its flow at ebb; for names along it.
struct Line {
  LineKind kind = LineKind::kRiver;
  std::string name_vi;
  std::string name_en;
  double width_m = 0;  // median
  std::vector<LonLat> points;
};

enum class PlaceKind : std::uint8_t {
  kCity = 0,
  kDistrict = 1,  // a former district or a well-known part of the city
  kWard = 2,
  kQuarter = 3,
  kLandmark = 4,
  kPark = 5,
  kAirport = 6,
};

/// A name at a point. rank: 1 = city, shown first; 6 = shown last (from about zoom 8 + rank).
struct Place {
  PlaceKind kind = PlaceKind::kQuarter;
  std::string name_vi;
  std::string name_en;
  int rank = 6;
  LonLat at;
};

/// Rivers, canals, lakes, parks, fields, ports and the airfield.
std::vector<Area> Areas();
/// One centre line per river or canal.
std::vector<Line> WaterLines();
/// City, district, ward and landmark names, by rank.
std::vector<Place> Places();

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_BASE_MAP_H_
