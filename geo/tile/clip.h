// Clipping of lines to a tile's box.
#ifndef CITYLAYERS_GEO_TILE_CLIP_H_
#define CITYLAYERS_GEO_TILE_CLIP_H_

#include <span>
#include <vector>

#include "geo/tile/tile_geometry.h"

namespace citylayers::geo {

/// The parts of a line inside a closed box, in the line's direction; a part ends where the line
/// leaves the box. Parts of one point (a touched corner) are omitted. O(points), thread-safe.
std::vector<TileLine> ClipLine(std::span<const TilePoint> line, const TileBox& box);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_TILE_CLIP_H_
