#include "geo/flood/stage_depth.h"

#include <cstddef>
#include <cstdint>

namespace citylayers::geo {

void FitDepthTo(const Grid<float>& elevation_m, Grid<float>* depth_m) {
  if (depth_m->columns() == elevation_m.columns() && depth_m->rows() == elevation_m.rows()) return;
  *depth_m = Grid<float>(elevation_m.columns(), elevation_m.rows());
}

void DepthAtStage(const Grid<float>& elevation_m, const Grid<float>& level_m, float stage_m,
                  Grid<float>* depth_m) {
  FitDepthTo(elevation_m, depth_m);
  // Plain pointers without aliasing, so that the loop is compiled to vector instructions.
  const float* __restrict ground = elevation_m.cells().data();
  const float* __restrict level = level_m.cells().data();
  float* __restrict depth = depth_m->cells().data();
  const std::size_t size = elevation_m.size();
  for (std::size_t i = 0; i < size; ++i) depth[i] = DepthOfCellM(ground[i], level[i], stage_m);
}

void RoundToCentimetres(Grid<float>* depth_m) {
  // Rounds by conversion to an integer, for which every processor has a vector instruction, unlike
  // lround. No depth is negative.
  for (float& depth : depth_m->cells()) {
    // NOLINTNEXTLINE(bugprone-incorrect-roundings)
    depth = static_cast<float>(static_cast<std::int32_t>(depth * 100.0F + 0.5F)) / 100.0F;
  }
}

}  // namespace citylayers::geo
