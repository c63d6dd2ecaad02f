// Geometry in the units of one tile, and its conversion from longitude and latitude.
#ifndef CITYLAYERS_GEO_TILE_TILE_GEOMETRY_H_
#define CITYLAYERS_GEO_TILE_TILE_GEOMETRY_H_

#include <cstdint>
#include <span>
#include <vector>

#include "base/lon_lat.h"
#include "geo/tile/tile_id.h"

namespace citylayers::geo {

/// Units across a tile: the extent of every vector tile of this project.
inline constexpr std::uint32_t kTileExtent = 4096;

/// A point in tile units: (0, 0) is the tile's north-west corner, x to the east, y to the south,
/// (extent, extent) the south-east corner. Points of a buffer are outside that square.
struct TilePoint {
  double x = 0;
  double y = 0;
  friend bool operator==(const TilePoint&, const TilePoint&) = default;
};

using TileLine = std::vector<TilePoint>;

/// One polygon: rings[0] is its exterior ring, the others are holes. Rings are open (the first
/// point is not repeated at the end), in any direction.
struct TilePolygon {
  std::vector<TileLine> rings;
  friend bool operator==(const TilePolygon&, const TilePolygon&) = default;
};

/// A closed box in tile units.
struct TileBox {
  double min_x = 0;
  double min_y = 0;
  double max_x = 0;
  double max_y = 0;

  bool Contains(TilePoint p) const {
    return p.x >= min_x && p.x <= max_x && p.y >= min_y && p.y <= max_y;
  }
};

/// The tile's square extended by `buffer` units on each side.
inline TileBox BufferedTileBox(double buffer, std::uint32_t extent = kTileExtent) {
  return {-buffer, -buffer, extent + buffer, extent + buffer};
}

/// Converts between longitude/latitude and the units of one tile. Value type, thread-safe.
///
///   const TileTransform transform(tile);
///   TilePoint p = transform.FromLonLat({106.7, 10.77});
class TileTransform {
 public:
  explicit TileTransform(TileId tile, std::uint32_t extent = kTileExtent);

  TilePoint FromLonLat(LonLat p) const;
  LonLat ToLonLat(TilePoint p) const;
  TileLine FromLonLat(std::span<const LonLat> line) const;

 private:
  double units_per_world_;  // tile units across the whole Web Mercator square
  double origin_x_;         // of the tile's corner, in those units
  double origin_y_;
};

/// Signed area of an open ring in square tile units: positive when it runs clockwise on the map, as
/// a vector tile requires of an exterior ring (y grows to the south).
double SignedArea(std::span<const TilePoint> ring);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_TILE_TILE_GEOMETRY_H_
