#include "services/tools/citypack/cell_walk.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace citylayers::citypack {
namespace {

// One axis of the walk: direction of the next border, and its distance along the line (0 to 1).
struct Axis {
  Axis(double from, double to) : cell(static_cast<int>(std::floor(from))) {
    const double delta = to - from;
    if (delta == 0) return;
    step = delta > 0 ? 1 : -1;
    const double border = delta > 0 ? cell + 1.0 : static_cast<double>(cell);
    next = (border - from) / delta;
    gap = 1 / std::abs(delta);
  }
  void Advance() {
    cell += step;
    next += gap;
  }

  int cell;
  int step = 0;
  double next = std::numeric_limits<double>::infinity();
  double gap = 0;
};

}  // namespace

// After Amanatides and Woo, "A fast voxel traversal algorithm for ray tracing" (1987).
void WalkCells(geo::CellPoint a, geo::CellPoint b, int columns, int rows,
               const std::function<void(int column, int row)>& visit) {
  Axis column(a.column, b.column), row(a.row, b.row);
  for (;;) {
    if (column.cell >= 0 && row.cell >= 0 && column.cell < columns && row.cell < rows) {
      visit(column.cell, row.cell);
    }
    Axis& sooner = column.next <= row.next ? column : row;
    if (sooner.next > 1) return;
    sooner.Advance();
  }
}

void FillRings(std::span<const std::vector<geo::CellPoint>> rings, std::uint8_t value,
               geo::Grid<std::uint8_t>* grid) {
  double top = std::numeric_limits<double>::infinity(), bottom = -top;
  for (const auto& ring : rings) {
    for (const geo::CellPoint& p : ring) {
      top = std::min(top, p.row);
      bottom = std::max(bottom, p.row);
    }
  }
  const int first = static_cast<int>(std::clamp(std::floor(top), 0.0, double(grid->rows())));
  const int last = static_cast<int>(std::clamp(std::ceil(bottom), 0.0, double(grid->rows())));
  std::vector<double> crossings;
  for (int row = first; row < last; ++row) {
    const double y = row + 0.5;
    crossings.clear();
    for (const auto& ring : rings) {
      for (std::size_t i = 0; i < ring.size(); ++i) {
        const geo::CellPoint &p = ring[i], &q = ring[(i + 1) % ring.size()];
        if ((p.row <= y) == (q.row <= y)) continue;
        crossings.push_back(p.column + (y - p.row) / (q.row - p.row) * (q.column - p.column));
      }
    }
    std::sort(crossings.begin(), crossings.end());
    for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
      const double width = grid->columns();
      const int from = static_cast<int>(std::clamp(std::ceil(crossings[i] - 0.5), 0.0, width));
      const int to = static_cast<int>(std::clamp(std::ceil(crossings[i + 1] - 0.5), 0.0, width));
      for (int column = from; column < to; ++column) grid->at(column, row) = value;
    }
  }
}

}  // namespace citylayers::citypack
