// The stage at which water from a river or the sea reaches each place. One pass over the terrain
// computes it for all stages.
#ifndef CITYLAYERS_GEO_FLOOD_CONNECTION_LEVEL_H_
#define CITYLAYERS_GEO_FLOOD_CONNECTION_LEVEL_H_

#include <cstdint>

#include "absl/status/statusor.h"

#include "geo/raster/grid.h"

namespace citylayers::geo {

/// Neighbourhood of a cell: cells that share an edge, or an edge or a corner.
enum class Connectivity : std::uint8_t { kFour = 4, kEight = 8 };

/// Computes the connection level E of each cell: the lowest stage above which the cell is connected
/// to open water by wet cells. A cell is wet at stage W exactly if E < W, and its depth is then W
/// minus its elevation; so a new stage costs one comparison per cell.
///  - E is the minimum, over all paths from open water, of the highest elevation on the path (both
///    ends included). For open water, E is its elevation.
///  - An elevation of NaN is a wall: +infinity, never wet, no water passes. Under open water it
///    means unknown depth: -infinity, always connected.
///  - Cells without a path to open water: +infinity.
///  - With eight neighbours water passes the corner of a dike that is one cell wide; draw
///    dikes two cells wide.
/// Deterministic; about 100 ms for a million cells, O(n log n). Thread-safe. After the
/// priority-flood algorithms of Wang & Liu and of Barnes.
/// INVALID_ARGUMENT: the grids differ in size, or have more than 2^31 cells.
///
///   ASSIGN_OR_RETURN(const Grid<float> level, ConnectionLevel(elevation_m, open_water));
///   bool wet = level.at(column, row) < stage_m;
absl::StatusOr<Grid<float>> ConnectionLevel(const Grid<float>& elevation_m,
                                            const Grid<std::uint8_t>& open_water,
                                            Connectivity connectivity = Connectivity::kEight);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_CONNECTION_LEVEL_H_
