// Interpolation of a grid between its cells, and conversion between map coordinates and cells.
#ifndef CITYLAYERS_GEO_RASTER_SAMPLE_H_
#define CITYLAYERS_GEO_RASTER_SAMPLE_H_

#include <array>
#include <optional>

#include "absl/status/statusor.h"

#include "geo/raster/grid.h"

namespace citylayers::geo {

/// A position on a grid, in cells from the upper left corner: cell (column, row) has its centre at
/// (column + 0.5, row + 0.5).
struct CellPoint {
  double column = 0;
  double row = 0;
  friend bool operator==(const CellPoint&, const CellPoint&) = default;
};

/// A position in the coordinate reference system of a grid.
struct GridPoint {
  double x = 0;
  double y = 0;
  friend bool operator==(const GridPoint&, const GridPoint&) = default;
};

/// A GridGeometry's affine map and its inverse; supports rotated grids. Value type, thread-safe.
class GridAffine {
 public:
  /// INVALID_ARGUMENT: the map is not finite, or has no inverse because it maps the grid to a line.
  static absl::StatusOr<GridAffine> Make(const std::array<double, 6>& affine);

  GridPoint ToMap(CellPoint c) const {
    return {forward_[0] + c.column * forward_[1] + c.row * forward_[2],
            forward_[3] + c.column * forward_[4] + c.row * forward_[5]};
  }
  CellPoint ToCell(GridPoint p) const {
    const double dx = p.x - forward_[0], dy = p.y - forward_[3];
    return {inverse_[0] * dx + inverse_[1] * dy, inverse_[2] * dx + inverse_[3] * dy};
  }
  /// Area of one cell in square units of the reference system.
  double CellArea() const;

 private:
  std::array<double, 6> forward_ = {};
  std::array<double, 4> inverse_ = {};
};

/// Index of the cell at a position; nullopt outside the grid or for NaN.
template <typename T>
std::optional<std::size_t> CellIndexAt(const Grid<T>& grid, CellPoint p) {
  if (!(p.column >= 0 && p.row >= 0 && p.column < grid.columns() && p.row < grid.rows())) {
    return std::nullopt;
  }
  return grid.IndexOf(static_cast<int>(p.column), static_cast<int>(p.row));
}

/// Value interpolated between the centres of the four cells around a position. Cells of NaN and
/// cells outside the grid are ignored; NaN where the cell at the position is NaN, and outside the
/// grid. So the edge of the known area is not moved or blurred.
float SampleBilinear(const Grid<float>& grid, CellPoint p);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_RASTER_SAMPLE_H_
