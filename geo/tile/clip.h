// Cutting lines and polygons to a tile's box.
#ifndef CITYLAYERS_GEO_TILE_CLIP_H_
#define CITYLAYERS_GEO_TILE_CLIP_H_

#include <span>
#include <vector>

#include "geo/tile/tile_geometry.h"

namespace citylayers::geo {

/// The parts of a line inside a closed box, in the line's direction; a part ends where the line
/// leaves the box. Parts of one point (a touched corner) are left out. O(points), thread-safe.
std::vector<TileLine> ClipLine(std::span<const TilePoint> line, const TileBox& box);

/// The part of a polygon inside a box. A polygon that the box cuts into several pieces stays one
/// ring whose pieces are joined along the box's edge (Sutherland-Hodgman); with a buffer around the
/// tile those joints are never drawn. Rings that vanish are left out; without an outside the result
/// is empty. O(points), thread-safe.
TilePolygon ClipPolygon(const TilePolygon& polygon, const TileBox& box);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_TILE_CLIP_H_
