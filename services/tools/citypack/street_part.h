// The streets of the base map: both directions as one line, one line per street.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_STREET_PART_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_STREET_PART_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

#include "geo/roads/road_graph.h"
#include "services/tools/citypack/base_map_part.h"

namespace citylayers::citypack {

/// A stretch of one street without branches.
struct StreetLine {
  std::string name;
  geo::RoadClass road_class = geo::RoadClass::kLocal;
  bool bridge = false;
  bool tunnel = false;
  std::vector<LonLat> points;
};

/// Joins segments of equal name, class, bridge and tunnel end to end.
std::vector<StreetLine> MergeStreets(const geo::RoadGraph& graph);

/// Adds the streets to the base map's `road` layer, each from its class's lowest zoom.
absl::Status AddStreets(const std::vector<StreetLine>& streets, BaseMap* map);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_STREET_PART_H_
