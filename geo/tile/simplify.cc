#include "geo/tile/simplify.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace citylayers::geo {
namespace {

double SquaredDistanceToSegment(TilePoint p, TilePoint a, TilePoint b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double length2 = dx * dx + dy * dy;
  double t = 0;
  if (length2 > 0) t = std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0);
  const double ex = p.x - (a.x + t * dx), ey = p.y - (a.y + t * dy);
  return ex * ex + ey * ey;
}

}  // namespace

TileLine Simplify(std::span<const TilePoint> line, double tolerance) {
  if (line.size() <= 2) return TileLine(line.begin(), line.end());
  std::vector<char> keep(line.size(), 0);
  keep.front() = keep.back() = 1;
  // An explicit stack: a long straight road must not overflow the call stack.
  std::vector<std::pair<std::size_t, std::size_t>> open = {{0, line.size() - 1}};
  const double tolerance2 = tolerance * tolerance;
  while (!open.empty()) {
    const auto [first, last] = open.back();
    open.pop_back();
    double worst2 = tolerance2;
    std::size_t worst = first;
    for (std::size_t i = first + 1; i < last; ++i) {
      const double d2 = SquaredDistanceToSegment(line[i], line[first], line[last]);
      if (d2 > worst2) {
        worst2 = d2;
        worst = i;
      }
    }
    if (worst == first) continue;
    keep[worst] = 1;
    open.emplace_back(first, worst);
    open.emplace_back(worst, last);
  }
  TileLine out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (keep[i]) out.push_back(line[i]);
  }
  return out;
}

TileLine SimplifyRing(std::span<const TilePoint> ring, double tolerance) {
  if (ring.size() < 3) return {};
  // Two fixed points are needed: the first one and the one farthest from it.
  const auto farther = [&](TilePoint a, TilePoint b) {
    const auto d2 = [&](TilePoint p) {
      return (p.x - ring[0].x) * (p.x - ring[0].x) + (p.y - ring[0].y) * (p.y - ring[0].y);
    };
    return d2(a) < d2(b);
  };
  const auto far_it = std::max_element(ring.begin(), ring.end(), farther);
  const auto far = static_cast<std::size_t>(far_it - ring.begin());
  if (far == 0) return {};
  TileLine out = Simplify(ring.subspan(0, far + 1), tolerance);
  out.pop_back();
  TileLine second(ring.begin() + static_cast<std::ptrdiff_t>(far), ring.end());
  second.push_back(ring[0]);
  second = Simplify(second, tolerance);
  out.insert(out.end(), second.begin(), second.end() - 1);
  if (out.size() < 3) out.clear();
  return out;
}

}  // namespace citylayers::geo
