// A raster in memory with its position. No I/O: geo/raster/raster_file.h reads and writes files.
#ifndef CITYLAYERS_GEO_RASTER_GRID_H_
#define CITYLAYERS_GEO_RASTER_GRID_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace citylayers::geo {

/// Position of a grid: cell (column, row) has its upper left corner at
///   x = affine[0] + column * affine[1] + row * affine[2]
///   y = affine[3] + column * affine[4] + row * affine[5]
/// in the coordinate reference system `crs_wkt` (GDAL's geotransform order; rotation allowed).
struct GridGeometry {
  int columns = 0;
  int rows = 0;
  std::array<double, 6> affine = {0, 1, 0, 0, 0, -1};
  std::string crs_wkt;

  std::size_t cell_count() const {
    return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  }
  friend bool operator==(const GridGeometry&, const GridGeometry&) = default;
};

/// Row-major values of T over the cells of a GridGeometry; row 0 is the first row of the file
/// (usually north). A plain value: copies are deep; not thread-safe while written. at() REQUIRES: 0
/// <= column < columns, 0 <= row < rows.
template <typename T>
class Grid {
 public:
  Grid() = default;
  Grid(int columns, int rows, T fill = T{})
      : columns_(columns),
        rows_(rows),
        cells_(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows), fill) {}

  int columns() const { return columns_; }
  int rows() const { return rows_; }
  std::size_t size() const { return cells_.size(); }
  bool Contains(int column, int row) const {
    return column >= 0 && row >= 0 && column < columns_ && row < rows_;
  }
  std::size_t IndexOf(int column, int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
           static_cast<std::size_t>(column);
  }
  T& at(int column, int row) { return cells_[IndexOf(column, row)]; }
  const T& at(int column, int row) const { return cells_[IndexOf(column, row)]; }
  T& operator[](std::size_t i) { return cells_[i]; }
  const T& operator[](std::size_t i) const { return cells_[i]; }
  std::vector<T>& cells() { return cells_; }
  const std::vector<T>& cells() const { return cells_; }
  friend bool operator==(const Grid&, const Grid&) = default;

 private:
  int columns_ = 0;
  int rows_ = 0;
  std::vector<T> cells_;
};

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_RASTER_GRID_H_
