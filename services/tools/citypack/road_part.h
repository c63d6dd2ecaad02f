// A road graph as the columns of roads.bin.
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

/// The graph's content in the pack's form; indexes stay the same.
storage::RoadColumns MakeRoadColumns(const geo::RoadGraph& graph);

/// The box around all lines.
LonLatBox BoundsOf(const geo::RoadGraph& graph);

/// One thing that an extract lacked or that was left out of the pack.
struct ImportNote {
  std::string count_name;  // among the manifest's counts
  std::uint64_t count = 0;
  std::string warning;  // a sentence for operators; empty: as it should be
};

/// What ReadOsmRoads had to cut, leave out or repair; nothing of what did not happen.
std::vector<ImportNote> NotesOf(const geo::OsmRoads& roads, const std::string& file);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_ROAD_PART_H_
