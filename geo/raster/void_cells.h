// Removal of cells with undeclared no-data values or impossible heights.
#ifndef CITYLAYERS_GEO_RASTER_VOID_CELLS_H_
#define CITYLAYERS_GEO_RASTER_VOID_CELLS_H_

#include <cstddef>
#include <vector>

#include "geo/raster/grid.h"

namespace citylayers::geo {

/// A no-data number, with the number of cells that had it.
struct VoidValue {
  double value = 0;
  std::size_t cells = 0;
  friend bool operator==(const VoidValue&, const VoidValue&) = default;
};

/// Sets cells to NaN that hold a usual no-data number, compared as stored, before any scale.
/// -9999, -32767, -32768, -99999 always; -999, 9999, 32767, 65535, 99999 when they are
/// isolated: no other value of the grid is beyond half of them. Returns each number that was
/// found, ascending. O(cells).
std::vector<VoidValue> ClearVoidValues(Grid<float>* stored);

/// Range of plausible heights in metres: the deepest sea and the highest mountain, with a margin.
inline constexpr double kLowestGroundM = -11'100;
inline constexpr double kHighestGroundM = 9'000;

/// Sets cells outside that range to NaN and returns their number. O(cells).
std::size_t ClearImpossibleHeights(Grid<float>* heights_m);

/// Sets spikes to NaN and returns their number: cells more than `step_m` above all, or below all,
/// of their known neighbours, of which there are at least three. O(cells).
std::size_t ClearSpikes(double step_m, Grid<float>* heights_m);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_RASTER_VOID_CELLS_H_
