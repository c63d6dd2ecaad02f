// A road graph as the columns of roads.bin.
#ifndef CITYLAYERS_SERVICES_CITYPACK_ROAD_PART_H_
#define CITYLAYERS_SERVICES_CITYPACK_ROAD_PART_H_

#include "geo/roads/road_graph.h"
#include "proto/support/lon_lat.h"
#include "storage/pack/pack_encode.h"

namespace citylayers::citypack {

/// The graph's content in the pack's form; indexes stay the same.
storage::RoadColumns MakeRoadColumns(const geo::RoadGraph& graph);

/// The box around all lines.
LonLatBox BoundsOf(const geo::RoadGraph& graph);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_CITYPACK_ROAD_PART_H_
