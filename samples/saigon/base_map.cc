#include "samples/saigon/base_map.h"

#include <algorithm>
#include <utility>

#include "samples/saigon/embedded.h"
#include "samples/saigon/land_areas.h"
#include "samples/saigon/tsv.h"
#include "samples/saigon/waterways.h"

namespace citylayers::saigon {
namespace {

std::vector<LonLat> ToLonLats(const std::vector<Point>& points) {
  std::vector<LonLat> out;
  out.reserve(points.size());
  for (const Point p : points) out.push_back(ToLonLat(p));
  return out;
}

PlaceKind ParsePlaceKind(const Row& row) {
  static constexpr std::pair<const char*, PlaceKind> kKinds[] = {
      {"city", PlaceKind::kCity},         {"district", PlaceKind::kDistrict},
      {"ward", PlaceKind::kWard},         {"quarter", PlaceKind::kQuarter},
      {"landmark", PlaceKind::kLandmark}, {"park", PlaceKind::kPark},
      {"airport", PlaceKind::kAirport},
  };
  for (const auto& [name, kind] : kKinds) {
    if (row.fields[0] == name) return kind;
  }
  BadTable(row, "unknown kind of place");
}

}  // namespace

std::vector<Area> Areas() {
  std::vector<Area> areas;
  for (const Waterway& water : ReadWaterways()) {
    Area area{water.kind, water.name_vi, water.name_en, {}};
    for (const std::vector<Point>& ring : Outline(water)) area.rings.push_back(ToLonLats(ring));
    areas.push_back(std::move(area));
  }
  for (LandArea& land : ReadLandAreas()) {
    land.ring.push_back(land.ring.front());
    areas.push_back({land.kind, land.name_vi, land.name_en, {ToLonLats(land.ring)}});
  }
  return areas;
}

std::vector<Line> WaterLines() {
  std::vector<Line> lines;
  for (Waterway& water : ReadWaterways()) {
    if (water.kind == AreaKind::kLake) continue;
    const LineKind kind = water.kind == AreaKind::kRiver ? LineKind::kRiver : LineKind::kCanal;
    auto middle = water.half_m.begin() + static_cast<std::ptrdiff_t>(water.half_m.size() / 2);
    std::nth_element(water.half_m.begin(), middle, water.half_m.end());
    lines.push_back(
        {kind, water.name_vi, water.name_en, 2 * *middle, ToLonLats(Simplify(water.centre, 3))});
  }
  return lines;
}

std::vector<Place> Places() {
  std::vector<Place> places;
  for (const Row& row : ReadTable("places.tsv", kPlacesTsv, 6)) {
    places.push_back({ParsePlaceKind(row),
                      row.fields[2],
                      row.fields[3],
                      static_cast<int>(ParseNumber(row, row.fields[1])),
                      {ParseNumber(row, row.fields[4]), ParseNumber(row, row.fields[5])}});
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return a.rank < b.rank; });
  return places;
}

}  // namespace citylayers::saigon
