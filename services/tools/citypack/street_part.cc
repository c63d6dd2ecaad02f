#include "services/tools/citypack/street_part.h"

#include <cstdint>
#include <map>
#include <tuple>

#include "base/status_macros.h"
#include "services/tools/citypack/line_merge.h"

namespace citylayers::citypack {

std::vector<StreetLine> MergeStreets(const geo::RoadGraph& graph) {
  // The least important class first, so that main streets are drawn over it.
  using Kind = std::tuple<int, std::uint32_t, bool, bool>;
  std::map<Kind, std::vector<LinePiece>> groups;
  for (std::uint32_t i = 0; i < graph.segments.size(); ++i) {
    const geo::RoadSegment& s = graph.segments[i];
    if (s.twin != geo::kNoTwin && s.twin < i) continue;  // the twin draws both
    groups[{-static_cast<int>(s.road_class), s.name, s.bridge, s.tunnel}].push_back(
        {s.from_node, s.to_node, s.points});
  }
  std::vector<StreetLine> streets;
  for (const auto& [kind, pieces] : groups) {
    const auto& [negative_class, name, bridge, tunnel] = kind;
    for (std::vector<LonLat>& line : MergeLines(pieces)) {
      streets.push_back({graph.names[name], static_cast<geo::RoadClass>(-negative_class), bridge,
                         tunnel, std::move(line)});
    }
  }
  return streets;
}

absl::Status AddStreets(const std::vector<StreetLine>& streets, BaseMap* map) {
  for (const StreetLine& street : streets) {
    BaseTags tags = {{"class", std::string(geo::RoadClassWord(street.road_class))},
                     {"name", street.name}};
    if (street.bridge) tags.emplace_back("bridge", std::int64_t{1});
    if (street.tunnel) tags.emplace_back("tunnel", std::int64_t{1});
    RETURN_IF_ERROR(map->AddLine(BaseLayer::kRoad, street.points, tags,
                                 geo::RoadClassMinZoom(street.road_class)));
  }
  return absl::OkStatus();
}

}  // namespace citylayers::citypack
