// Cells whose number is not a height, though the file does not say so.
#ifndef CITYLAYERS_GEO_RASTER_VOID_CELLS_H_
#define CITYLAYERS_GEO_RASTER_VOID_CELLS_H_

#include <cstddef>
#include <vector>

#include "geo/raster/grid.h"

namespace citylayers::geo {

/// A number that stood for "no data", and how many cells had it.
struct VoidValue {
  double value = 0;
  std::size_t cells = 0;
  friend bool operator==(const VoidValue&, const VoidValue&) = default;
};

/// Sets cells to NaN that hold one of the numbers that programs write where they know nothing, in
/// the numbers as stored, before any scale. -9999, -32767, -32768, -99999 always; -999, 9999,
/// 32767, 65535, 99999 when they stand apart: nothing else in the grid lies within half of them.
/// Each number that was found, ascending. O(cells).
std::vector<VoidValue> ClearVoidValues(Grid<float>* stored);

/// What can be a height in metres: the deepest sea and the highest mountain with room to spare.
inline constexpr double kLowestGroundM = -11'100;
inline constexpr double kHighestGroundM = 9'000;

/// Sets cells outside that range to NaN; how many. O(cells).
std::size_t ClearImpossibleHeights(Grid<float>* heights_m);

/// Sets cells to NaN that stick out of the ground or into it: more than `step_m` above all, or
/// below all, of their known neighbours, of which there are at least three. How many. O(cells).
std::size_t ClearSpikes(double step_m, Grid<float>* heights_m);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_RASTER_VOID_CELLS_H_
