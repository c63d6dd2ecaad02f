// Positions along the Hilbert curve, which visits a square grid so that neighbours on the curve are
// neighbours on the map. They define the order of tiles and road segments.
#ifndef CITYLAYERS_GEO_TILE_HILBERT_H_
#define CITYLAYERS_GEO_TILE_HILBERT_H_

#include <cstdint>

#include "base/lon_lat.h"

namespace citylayers::geo {

/// A cell of a 2^order by 2^order grid, row 0 in the north.
struct HilbertCell {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  friend bool operator==(const HilbertCell&, const HilbertCell&) = default;
};

/// Position of a cell on the curve of an order, 0 .. 4^order - 1. The curve starts at (0, 0) and,
/// for order 1, goes (0,0) (0,1) (1,1) (1,0). REQUIRES: 0 <= order <= 31; x, y < 2^order. O(order).
std::uint64_t HilbertIndex(int order, HilbertCell cell);

/// The inverse of HilbertIndex. REQUIRES: index < 4^order.
HilbertCell HilbertCellAt(int order, std::uint64_t index);

/// Position of a point of the Web Mercator square on the curve of order 31 (cells under
/// 2 cm). Segments sorted by it are near their neighbours on the map. Points outside
/// the square are clamped.
std::uint64_t HilbertIndexOf(LonLat p);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_TILE_HILBERT_H_
