// The id of one tile of the Web Mercator pyramid.
#ifndef CITYLAYERS_GEO_TILE_TILE_ID_H_
#define CITYLAYERS_GEO_TILE_TILE_ID_H_

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "base/lon_lat.h"

namespace citylayers::geo {

/// A tile z/x/y in the XYZ scheme: zoom 0 is the world, x grows to the east, y to the south.
///  - Always valid: 0 <= z <= kMaxZoom and 0 <= x, y < 2^z; the default is 0/0/0.
///  - Ordered by Key(): first by zoom, then along the Hilbert curve, which keeps tiles that are
///    neighbours on the map close together in the order.
/// Value type of 12 bytes, thread-safe; everything is O(1) or O(z).
///
///   ASSIGN_OR_RETURN(const TileId tile, TileId::Make(14, 13047, 7698));
///   tile.ToString();  // "14/13047/7698"
class TileId {
 public:
  static constexpr int kMaxZoom = 22;

  TileId() = default;

  /// The tile with these numbers. INVALID_ARGUMENT: zoom or coordinate out of range;
  /// the message names it.
  static absl::StatusOr<TileId> Make(std::int64_t z, std::int64_t x, std::int64_t y);
  /// The tile at a point. The east and south edges of the world belong to the last column and row.
  /// INVALID_ARGUMENT: zoom out of range, longitude outside +-180, latitude outside the Web
  /// Mercator square (+-85.0511), or a number that is not finite.
  static absl::StatusOr<TileId> FromLonLat(LonLat p, int z);
  /// The inverse of Key(). INVALID_ARGUMENT: no tile of zoom <= kMaxZoom has this key.
  static absl::StatusOr<TileId> FromKey(std::uint64_t key);

  int z() const { return z_; }
  std::uint32_t x() const { return x_; }
  std::uint32_t y() const { return y_; }

  /// The tile at the next lower zoom that contains this one; 0/0/0 is its own parent.
  TileId Parent() const;
  /// True when `other` is this tile or inside it.
  bool Contains(TileId other) const;
  /// The tile's box without any buffer.
  LonLatBox Bounds() const;
  /// A dense sortable number: tiles of lower zooms first, then Hilbert order
  /// (PMTiles v3 numbering).
  std::uint64_t Key() const;
  /// "z/x/y".
  std::string ToString() const;

  friend bool operator==(TileId, TileId) = default;
  friend std::strong_ordering operator<=>(TileId a, TileId b) { return a.Key() <=> b.Key(); }
  template <typename H>
  friend H AbslHashValue(H h, TileId t) {
    return H::combine(std::move(h), t.z_, t.x_, t.y_);
  }

 private:
  TileId(int z, std::uint32_t x, std::uint32_t y) : z_(z), x_(x), y_(y) {}

  std::int32_t z_ = 0;
  std::uint32_t x_ = 0;
  std::uint32_t y_ = 0;
};

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_TILE_TILE_ID_H_
