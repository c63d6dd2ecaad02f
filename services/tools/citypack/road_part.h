// Converts a road graph to the columns of roads.bin.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_ROAD_PART_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_ROAD_PART_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/lon_lat.h"
#include "geo/roads/osm_reader.h"
#include "geo/roads/road_graph.h"
#include "storage/pack/pack_encode.h"

namespace citylayers::citypack {

/// The graph in the pack's format; indexes stay the same.
storage::RoadColumns MakeRoadColumns(const geo::RoadGraph& graph);

/// The box around all lines.
LonLatBox BoundsOf(const geo::RoadGraph& graph);

/// A defect of an extract, or data left out of the pack.
struct ImportNote {
  std::string count_name;  // key in the manifest's counts
  std::uint64_t count = 0;
  std::string warning;  // a sentence for operators; empty: not a defect
};

/// Notes on roads that ReadOsmRoads cut, left out or repaired; only for cases that occurred.
std::vector<ImportNote> NotesOf(const geo::OsmRoads& roads, const std::string& file);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_ROAD_PART_H_
