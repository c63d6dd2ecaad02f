// Cuts lines and polygons into the tiles of a zoom.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_TILE_CUTTER_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_TILE_CUTTER_H_

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "base/lon_lat.h"
#include "geo/tile/tile_id.h"

namespace citylayers::citypack {

/// Zooms of a pack's tiles; clients overzoom beyond.
inline constexpr int kMinZoom = 8;
inline constexpr int kMaxZoom = 14;

/// Length of lines beyond a tile's edge, in units of 4096, so that wide strokes meet.
inline constexpr double kLineBuffer = 64;
/// The same for polygons, whose outlines are thinner.
inline constexpr double kPolygonBuffer = 32;

/// Receives a tile and the encoded MVT geometry of the content in it.
using TileSink = std::function<void(geo::TileId, std::string geometry)>;

/// Simplifies the line once for the zoom (so that its parts meet at tile edges), cuts it and calls
/// `sink` for each tile with visible content, in order. The direction of the line is kept.
absl::Status CutLine(std::span<const LonLat> line, int z, const TileSink& sink);

/// CutLine for a polygon: outside ring first, then holes; rings open or closed.
absl::Status CutPolygon(std::span<const std::vector<LonLat>> rings, int z, const TileSink& sink);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_TILE_CUTTER_H_
