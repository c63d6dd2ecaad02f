#include "geo/raster/void_cells.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace citylayers::geo {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

constexpr std::array<float, 4> kNeverHeights = {-99999, -32768, -32767, -9999};
// From the largest on, so that the next one is isolated once the larger ones are cleared.
constexpr std::array<float, 5> kHeightsApart = {99999, 65535, 32767, 9999, -999};
constexpr std::size_t kNeighboursMin = 3;

std::size_t Clear(float value, Grid<float>* grid) {
  std::size_t cells = 0;
  for (float& cell : grid->cells()) {
    if (cell != value) continue;
    cell = kNaN;
    ++cells;
  }
  return cells;
}

// True when the value is in the grid, and no other value is beyond half of it.
bool StandsApart(float value, const Grid<float>& grid) {
  bool found = false;
  for (const float cell : grid.cells()) {
    if (cell == value) {
      found = true;
    } else if (value > 0 ? cell > value / 2 : cell < value / 2) {
      return false;
    }
  }
  return found;
}

}  // namespace

std::vector<VoidValue> ClearVoidValues(Grid<float>* stored) {
  std::vector<VoidValue> found;
  for (const float value : kNeverHeights) {
    if (const std::size_t cells = Clear(value, stored); cells > 0) found.push_back({value, cells});
  }
  for (const float value : kHeightsApart) {
    if (StandsApart(value, *stored)) found.push_back({value, Clear(value, stored)});
  }
  std::sort(found.begin(), found.end(),
            [](const VoidValue& a, const VoidValue& b) { return a.value < b.value; });
  return found;
}

std::size_t ClearImpossibleHeights(Grid<float>* heights_m) {
  std::size_t cells = 0;
  for (float& height_m : heights_m->cells()) {
    if (!(height_m < kLowestGroundM || height_m > kHighestGroundM)) continue;
    height_m = kNaN;
    ++cells;
  }
  return cells;
}

std::size_t ClearSpikes(double step_m, Grid<float>* heights_m) {
  const Grid<float>& z = *heights_m;
  std::vector<std::size_t> spikes;  // cleared at the end, so that no spike hides another
  for (int row = 0; row < z.rows(); ++row) {
    for (int column = 0; column < z.columns(); ++column) {
      const float here = z.at(column, row);
      if (std::isnan(here)) continue;
      std::size_t known = 0, far_below = 0, far_above = 0;
      for (int y = std::max(0, row - 1); y <= std::min(z.rows() - 1, row + 1); ++y) {
        for (int x = std::max(0, column - 1); x <= std::min(z.columns() - 1, column + 1); ++x) {
          const float there = z.at(x, y);
          if ((x == column && y == row) || std::isnan(there)) continue;
          ++known;
          far_below += here < there - step_m ? 1 : 0;
          far_above += here > there + step_m ? 1 : 0;
        }
      }
      if (known >= kNeighboursMin && (far_below == known || far_above == known)) {
        spikes.push_back(z.IndexOf(column, row));
      }
    }
  }
  for (const std::size_t cell : spikes) heights_m->cells()[cell] = kNaN;
  return spikes.size();
}

}  // namespace citylayers::geo
