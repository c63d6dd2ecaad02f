#include "services/tools/citypack/road_part.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace citylayers::citypack {
namespace {

static_assert(storage::kNoSegment == geo::kNoTwin);

storage::SegmentRecord MakeRecord(const geo::RoadSegment& s, std::uint32_t first_point) {
  storage::SegmentRecord r;
  r.stable_id = s.stable_id;
  r.from_node = s.from_node;
  r.to_node = s.to_node;
  r.twin = s.twin;
  r.name = s.name;
  r.first_point = first_point;
  r.point_count = static_cast<std::uint32_t>(s.points.size());
  r.length_m = static_cast<float>(s.length_m);
  r.reference_speed_kmh = static_cast<float>(s.reference_speed_kmh);
  r.max_speed_kmh = static_cast<float>(s.max_speed_kmh);
  r.road_class = static_cast<std::uint8_t>(s.road_class);
  r.lanes = static_cast<std::uint8_t>(s.lanes);
  r.flags = static_cast<std::uint8_t>((s.bridge ? storage::SegmentRecord::kBridge : 0) |
                                      (s.tunnel ? storage::SegmentRecord::kTunnel : 0));
  LonLatBox box;
  for (const LonLat& p : s.points) box.Extend(p);
  r.midpoint = storage::PackedPoint::FromLonLat(s.midpoint);
  r.south_west = storage::PackedPoint::FromLonLat({box.west_deg, box.south_deg});
  r.north_east = storage::PackedPoint::FromLonLat({box.east_deg, box.north_deg});
  return r;
}

}  // namespace

storage::RoadColumns MakeRoadColumns(const geo::RoadGraph& graph) {
  storage::RoadColumns columns;
  columns.names = graph.names;
  columns.node_count = graph.node_count;
  columns.records.reserve(graph.segments.size());
  for (const geo::RoadSegment& s : graph.segments) {
    columns.records.push_back(MakeRecord(s, static_cast<std::uint32_t>(columns.points.size())));
    for (const LonLat& p : s.points) columns.points.push_back(storage::PackedPoint::FromLonLat(p));
  }
  columns.successor_begins = {0};
  for (const std::vector<std::uint32_t>& row : graph.successors) {
    columns.successors.insert(columns.successors.end(), row.begin(), row.end());
    columns.successor_begins.push_back(static_cast<std::uint32_t>(columns.successors.size()));
  }
  return columns;
}

LonLatBox BoundsOf(const geo::RoadGraph& graph) {
  LonLatBox box;
  for (const geo::RoadSegment& s : graph.segments) {
    for (const LonLat& p : s.points) box.Extend(p);
  }
  return box;
}

std::vector<ImportNote> NotesOf(const geo::OsmRoads& roads, const std::string& file) {
  std::vector<ImportNote> notes;
  const auto add = [&](const char* name, const geo::OsmCount& count, const std::string& fact) {
    if (count.ways == 0) return;
    notes.push_back({name, count.ways,
                     absl::StrCat(file, ": ", count.ways, " roads ", fact, " (the first is way ",
                                  count.example, ")")});
  };
  if (roads.missing_nodes > 0) notes.push_back({"missing_nodes", roads.missing_nodes, ""});
  add("ways_broken", roads.broken,
      "are cut where their nodes are missing: nothing is drawn or routed across the gap; extract "
      "them again with complete ways");
  add("ways_shortened", roads.shortened, "end early, since nodes at an end are missing");
  add("ways_lost", roads.lost, "are left out, because their nodes are missing");
  add("names_repaired", roads.not_utf8,
      "have a name that is not UTF-8: U+FFFD stands for each wrong byte; convert the source to "
      "UTF-8");
  if (roads.closed.ways > 0) notes.push_back({"ways_closed", roads.closed.ways, ""});
  return notes;
}

}  // namespace citylayers::citypack
