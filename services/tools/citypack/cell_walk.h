// Lines and polygons on a grid, in cell coordinates.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_CELL_WALK_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_CELL_WALK_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "geo/raster/grid.h"
#include "geo/raster/sample.h"

namespace citylayers::citypack {

/// Visits, in order, every cell of the grid that the line from `a` to `b` passes through. O(cells).
void WalkCells(geo::CellPoint a, geo::CellPoint b, int columns, int rows,
               const std::function<void(int column, int row)>& visit);

/// Sets every cell whose centre lies inside an odd number of the rings (so that holes are
/// excluded). Rings open or closed. O(rows * ring points).
void FillRings(std::span<const std::vector<geo::CellPoint>> rings, std::uint8_t value,
               geo::Grid<std::uint8_t>* grid);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_CELL_WALK_H_
