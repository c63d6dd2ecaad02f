// A padded grid layout, on which neighbour access needs no border checks.
#ifndef CITYLAYERS_GEO_FLOOD_NEIGHBOURS_H_
#define CITYLAYERS_GEO_FLOOD_NEIGHBOURS_H_

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "geo/flood/connection_level.h"
#include "geo/raster/grid.h"

namespace citylayers::geo {

/// The layout of a grid with one more cell on each side, row-major. Steps from any inner
/// cell stay inside it.
class PaddedLayout {
 public:
  PaddedLayout(int columns, int rows, Connectivity connectivity)
      : columns_(static_cast<std::size_t>(columns)),
        rows_(static_cast<std::size_t>(rows)),
        steps_(connectivity == Connectivity::kFour ? 4 : 8) {
    const auto w = static_cast<std::ptrdiff_t>(stride());
    offsets_ = {-w, -1, 1, w, -w - 1, -w + 1, w - 1, w + 1};
  }

  std::size_t stride() const { return columns_ + 2; }
  std::size_t size() const { return stride() * (rows_ + 2); }
  /// Index differences to the neighbours: those across an edge first, then those across a corner.
  std::span<const std::ptrdiff_t> steps() const { return {offsets_.data(), steps_}; }

  /// Index of the first inner cell of a row.
  std::size_t RowStart(std::size_t row) const { return (row + 1) * stride() + 1; }

  /// A padded copy of a grid.
  template <typename T>
  std::vector<T> Pad(const Grid<T>& grid, T border) const {
    std::vector<T> out(size(), border);
    for (std::size_t row = 0; row < rows_; ++row) {
      const auto from = grid.cells().begin() + static_cast<std::ptrdiff_t>(row * columns_);
      std::copy(from, from + static_cast<std::ptrdiff_t>(columns_),
                out.begin() + static_cast<std::ptrdiff_t>(RowStart(row)));
    }
    return out;
  }

  /// The inner part of a padded array.
  template <typename T>
  Grid<T> Unpad(const std::vector<T>& padded) const {
    Grid<T> out(static_cast<int>(columns_), static_cast<int>(rows_));
    for (std::size_t row = 0; row < rows_; ++row) {
      const auto from = padded.begin() + static_cast<std::ptrdiff_t>(RowStart(row));
      std::copy(from, from + static_cast<std::ptrdiff_t>(columns_),
                out.cells().begin() + static_cast<std::ptrdiff_t>(row * columns_));
    }
    return out;
  }

 private:
  std::size_t columns_;
  std::size_t rows_;
  std::size_t steps_;
  std::array<std::ptrdiff_t, 8> offsets_;
};

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_NEIGHBOURS_H_
