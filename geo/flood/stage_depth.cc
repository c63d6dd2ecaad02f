#include "geo/flood/stage_depth.h"

#include <algorithm>
#include <limits>

#include "geo/flood/connection_level.h"

namespace citylayers::geo {
namespace {

constexpr float kUnknownStage = -std::numeric_limits<float>::infinity();

void FitTo(const Grid<float>& like, Grid<float>* out) {
  if (out->columns() == like.columns() && out->rows() == like.rows()) return;
  *out = Grid<float>(like.columns(), like.rows());
}

}  // namespace

void DepthAtStage(const Grid<float>& elevation_m, const Grid<float>& level_m, float stage_m,
                  Grid<float>* depth_m) {
  FitTo(elevation_m, depth_m);
  // Plain pointers without aliasing: the compiler turns the loop into vector instructions.
  const float* __restrict ground = elevation_m.cells().data();
  const float* __restrict level = level_m.cells().data();
  float* __restrict depth = depth_m->cells().data();
  const std::size_t size = elevation_m.size();
  for (std::size_t i = 0; i < size; ++i) depth[i] = DepthOfCellM(ground[i], level[i], stage_m);
}

void DepthAtStages(const Grid<float>& elevation_m, const Grid<float>& level_m,
                   const Grid<std::uint16_t>& reach, const StageField& stages,
                   Grid<float>* depth_m) {
  FitTo(elevation_m, depth_m);
  // A table over every possible label takes the range check out of the loop.
  std::vector<float> stage_of(std::size_t{kNoReach} + 1, kUnknownStage);
  std::copy_n(stages.stage_m.begin(),
              std::min<std::size_t>(stages.stage_m.size(), std::size_t{kNoReach}),
              stage_of.begin());
  for (std::size_t i = 0; i < elevation_m.size(); ++i) {
    (*depth_m)[i] = DepthOfCellM(elevation_m[i], level_m[i], stage_of[reach[i]]);
  }
}

void RoundToCentimetres(Grid<float>* depth_m) {
  // By way of an integer, which every processor does four at a time.
  for (float& depth : depth_m->cells())
    depth = static_cast<float>(static_cast<std::int32_t>(depth * 100.0F + 0.5F)) / 100.0F;
}

FloodTotals TotalsOf(const Grid<float>& depth_m) {
  FloodTotals totals;
  for (const float depth : depth_m.cells()) {
    if (!(depth > 0)) continue;
    ++totals.wet_cells;
    totals.depth_sum_m += depth;
    totals.max_depth_m = std::max<double>(totals.max_depth_m, depth);
  }
  return totals;
}

}  // namespace citylayers::geo
