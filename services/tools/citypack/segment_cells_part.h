// The cells of the terrain under each street segment.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_SEGMENT_CELLS_PART_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_SEGMENT_CELLS_PART_H_

#include "absl/status/statusor.h"

#include "geo/roads/road_graph.h"
#include "services/tools/citypack/terrain_part.h"
#include "storage/pack/pack_encode.h"

namespace citylayers::citypack {

/// The cells under each segment (storage/pack/segment_cells.h). Left out: cells of open water
/// (a street never runs in the river; where it seems to, a line is a few metres off), cells
/// of unknown height, and all of bridges and tunnels, whose deck or tube is not at ground
/// level. A segment with more than a tenth of its length outside the terrain or on cells of
/// unknown height is marked.
absl::StatusOr<storage::CellColumns> MakeSegmentCells(const geo::RoadGraph& graph,
                                                      const TerrainPart& terrain);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_SEGMENT_CELLS_PART_H_
