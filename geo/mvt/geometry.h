// Encoding of Mapbox Vector Tile 2.1 geometry, separate from the tile so that it can be cut once
// and used in many live tiles.
#ifndef CITYLAYERS_GEO_MVT_GEOMETRY_H_
#define CITYLAYERS_GEO_MVT_GEOMETRY_H_

#include <cstdint>
#include <span>
#include <string>

#include "geo/tile/tile_geometry.h"

namespace citylayers::geo {

/// The numbers of the specification.
enum class GeometryType : std::uint32_t { kUnknown = 0, kPoint = 1, kLine = 2, kPolygon = 3 };

// Each function returns the content of a feature's `geometry` field (packed command integers):
// equal bytes for equal input, and an empty string when nothing is left to draw. Coordinates are in
// tile units and are rounded to whole ones; REQUIRES: finite and within +-2^30. Thread-safe;
// O(points).

/// One or more points, in the order given.
std::string EncodePointGeometry(std::span<const TilePoint> points);

/// One or more lines. Points equal to the previous one are dropped, then lines of one point.
std::string EncodeLineGeometry(std::span<const TileLine> parts);
std::string EncodeLineGeometry(const TileLine& line);

/// One or more polygons. Rings get the winding required by the specification (exterior rings
/// clockwise on the map, holes counterclockwise). Repeated points and rings without area are
/// dropped; a polygon whose exterior ring is dropped is dropped with its holes.
std::string EncodePolygonGeometry(std::span<const TilePolygon> polygons);
std::string EncodePolygonGeometry(const TilePolygon& polygon);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_MVT_GEOMETRY_H_
