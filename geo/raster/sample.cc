#include "geo/raster/sample.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace citylayers::geo {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

}  // namespace

absl::StatusOr<GridAffine> GridAffine::Make(const std::array<double, 6>& affine) {
  const double determinant = affine[1] * affine[5] - affine[2] * affine[4];
  if (!std::isfinite(affine[0] + affine[3] + determinant) || determinant == 0) {
    return absl::InvalidArgumentError(
        "grid: its affine map has no inverse; cells need a width and a height");
  }
  GridAffine out;
  out.forward_ = affine;
  out.inverse_ = {affine[5] / determinant, -affine[2] / determinant, -affine[4] / determinant,
                  affine[1] / determinant};
  return out;
}

double GridAffine::CellArea() const {
  return std::abs(forward_[1] * forward_[5] - forward_[2] * forward_[4]);
}

float SampleBilinear(const Grid<float>& grid, CellPoint p) {
  const std::optional<std::size_t> own = CellIndexAt(grid, p);
  if (!own || std::isnan(grid[*own])) return kNaN;
  const double x = p.column - 0.5, y = p.row - 0.5;
  const int column = static_cast<int>(std::floor(x)), row = static_cast<int>(std::floor(y));
  const auto fx = static_cast<float>(x - column), fy = static_cast<float>(y - row);
  if (column >= 0 && row >= 0 && column + 1 < grid.columns() && row + 1 < grid.rows()) {
    const float* upper = grid.cells().data() + grid.IndexOf(column, row);
    const float* lower = upper + grid.columns();
    const float top = upper[0] + (upper[1] - upper[0]) * fx;
    const float bottom = lower[0] + (lower[1] - lower[0]) * fx;
    const float value = top + (bottom - top) * fy;
    if (!std::isnan(value)) return value;
  }
  // Near the border or an unknown cell: the weighted mean of the known cells.
  float sum = 0, weight = 0;
  for (int dy = 0; dy <= 1; ++dy) {
    for (int dx = 0; dx <= 1; ++dx) {
      if (!grid.Contains(column + dx, row + dy)) continue;
      const float value = grid.at(column + dx, row + dy);
      if (std::isnan(value)) continue;
      const float w = (dx == 0 ? 1 - fx : fx) * (dy == 0 ? 1 - fy : fy);
      sum += w * value;
      weight += w;
    }
  }
  return weight > 0 ? sum / weight : grid[*own];
}

}  // namespace citylayers::geo
