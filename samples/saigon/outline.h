// The outline of the negative area of a sampled field. It converts centre lines with widths to
// polygons that are valid by construction, even at tight bends. Internal to samples/saigon.
#ifndef CITYLAYERS_SAMPLES_SAIGON_OUTLINE_H_
#define CITYLAYERS_SAMPLES_SAIGON_OUTLINE_H_

#include <algorithm>
#include <cmath>
#include <vector>

#include "samples/saigon/plane.h"

namespace citylayers::saigon {

/// Values at the corners of square cells; initially "far outside".
struct OutlineField {
  Point origin;  // of corner (0, 0), south-west
  double cell_m = 10;
  int columns = 0;
  int rows = 0;
  std::vector<float> values;

  Point CornerAt(int column, int row) const {
    return {origin.x + column * cell_m, origin.y + row * cell_m};
  }
  float& at(int column, int row) {
    return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                  static_cast<std::size_t>(column)];
  }
  float at(int column, int row) const {
    return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                  static_cast<std::size_t>(column)];
  }
  /// Calls visit(place, &value) for all corners in the box of a-b widened by reach_m.
  template <typename Visit>
  void VisitNear(Point a, Point b, double reach_m, Visit visit) {
    const auto clamp = [](double v, int size) {
      return std::clamp(static_cast<int>(std::floor(v)), 0, size - 1);
    };
    const int c0 = clamp((std::min(a.x, b.x) - reach_m - origin.x) / cell_m, columns);
    const int c1 = clamp((std::max(a.x, b.x) + reach_m - origin.x) / cell_m + 1, columns);
    const int r0 = clamp((std::min(a.y, b.y) - reach_m - origin.y) / cell_m, rows);
    const int r1 = clamp((std::max(a.y, b.y) + reach_m - origin.y) / cell_m + 1, rows);
    for (int r = r0; r <= r1; ++r) {
      for (int c = c0; c <= c1; ++c) visit(CornerAt(c, r), &at(c, r));
    }
  }
};

/// A field that covers `line` and margin_m around it, filled with +margin_m.
OutlineField MakeField(const std::vector<Point>& line, double margin_m, double cell_m);

/// Closed rings around negative values: outer rings counter-clockwise, holes clockwise, longest
/// ring first. Points within tolerance_m of a straight line are dropped if every ring stays simple.
/// REQUIRES: the field's border is positive.
std::vector<std::vector<Point>> Outline(const OutlineField& field, double tolerance_m);

/// True when no two edges of the closed ring cross or touch, except neighbours at their common
/// point. O(n) for rings whose edges are short compared with their extent.
bool IsSimpleRing(const std::vector<Point>& ring);

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_OUTLINE_H_
