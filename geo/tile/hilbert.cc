#include "geo/tile/hilbert.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "geo/projection/web_mercator.h"

namespace citylayers::geo {
namespace {

constexpr int kPointOrder = 31;

// Transforms a quadrant's coordinates to those of the square around it (and back: it is its own
// inverse). `side` is the quadrant's width; (right, lower) identifies the quadrant.
void Turn(std::uint32_t side, bool right, bool lower, HilbertCell& cell) {
  if (lower) return;
  if (right) {
    cell.x = side - 1 - cell.x;
    cell.y = side - 1 - cell.y;
  }
  std::swap(cell.x, cell.y);
}

}  // namespace

std::uint64_t HilbertIndex(int order, HilbertCell cell) {
  std::uint64_t index = 0;
  for (int level = order - 1; level >= 0; --level) {
    const std::uint32_t side = std::uint32_t{1} << level;
    const bool right = (cell.x & side) != 0;
    const bool lower = (cell.y & side) != 0;
    const std::uint64_t quadrant = right ? (lower ? 2 : 3) : (lower ? 1 : 0);
    index += quadrant << (2 * level);
    cell.x &= side - 1;
    cell.y &= side - 1;
    Turn(side, right, lower, cell);
  }
  return index;
}

HilbertCell HilbertCellAt(int order, std::uint64_t index) {
  HilbertCell cell;
  for (int level = 0; level < order; ++level) {
    const std::uint32_t side = std::uint32_t{1} << level;
    const std::uint64_t quadrant = (index >> (2 * level)) & 3;
    const bool right = quadrant >= 2;
    const bool lower = quadrant == 1 || quadrant == 2;
    Turn(side, right, lower, cell);
    if (right) cell.x += side;
    if (lower) cell.y += side;
  }
  return cell;
}

std::uint64_t HilbertIndexOf(LonLat p) {
  const WorldPoint w = WorldFromLonLat(p);
  const double side = std::ldexp(1.0, kPointOrder);
  const auto cell_of = [side](double v) {
    return static_cast<std::uint32_t>(std::clamp(std::floor(v * side), 0.0, side - 1));
  };
  return HilbertIndex(kPointOrder, {cell_of(w.x), cell_of(w.y)});
}

}  // namespace citylayers::geo
