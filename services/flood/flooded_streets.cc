#include "services/flood/flooded_streets.h"

#include <algorithm>
#include <vector>

#include "services/layers/request_fields.h"

namespace citylayers::flood {

std::map<std::string, v1::FloodedStreet> FloodedStreets(std::span<const std::int32_t> depths_cm,
                                                        const storage::SegmentTable& roads,
                                                        const layers::StreetIndex& streets,
                                                        geo::RoadClass least) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> wet;  // segments by street
  for (std::uint32_t segment = 0; segment < depths_cm.size(); ++segment) {
    if (depths_cm[segment] <= 0) continue;
    if (roads[segment].road_class > static_cast<std::uint8_t>(least)) continue;
    const std::uint32_t street = streets.street(segment);
    if (street != layers::StreetIndex::kNoStreet) wet[street].push_back(segment);
  }
  std::map<std::string, v1::FloodedStreet> flooded;
  for (const auto& [street, segments] : wet) {
    const std::uint32_t deepest = *std::max_element(
        segments.begin(), segments.end(),
        [&](std::uint32_t a, std::uint32_t b) { return depths_cm[a] < depths_cm[b]; });
    const LonLat location = roads[deepest].midpoint.ToLonLat();
    double radius_m = 0;
    for (const std::uint32_t segment : segments) {
      radius_m = std::max(radius_m, DistanceM(location, roads[segment].midpoint.ToLonLat()));
    }
    v1::FloodedStreet& row = flooded[streets.Id(street)];
    row.set_street_id(streets.Id(street));
    row.set_street(std::string(streets.name(street)));
    row.set_depth_m(depths_cm[deepest] / 100.0);
    *row.mutable_location() = layers::ToPoint(location);
    row.set_radius_m(radius_m);
  }
  return flooded;
}

}  // namespace citylayers::flood
