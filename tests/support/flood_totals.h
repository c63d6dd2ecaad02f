// Sums over the cells of a flood.
#ifndef CITYLAYERS_TESTS_SUPPORT_FLOOD_TOTALS_H_
#define CITYLAYERS_TESTS_SUPPORT_FLOOD_TOTALS_H_

#include <cstdint>

#include "geo/raster/grid.h"

namespace citylayers::test {

struct FloodTotals {
  std::int64_t wet_cells = 0;
  double depth_sum_m = 0;  // times the cell's area = volume

  /// Counts the cells of positive depth.
  static FloodTotals Of(const geo::Grid<float>& depth_m) {
    FloodTotals totals;
    for (const float depth : depth_m.cells()) {
      if (!(depth > 0)) continue;
      ++totals.wet_cells;
      totals.depth_sum_m += depth;
    }
    return totals;
  }
};

}  // namespace citylayers::test

#endif  // CITYLAYERS_TESTS_SUPPORT_FLOOD_TOTALS_H_
