// The tiles of a zoom that a box or a line touches.
#ifndef CITYLAYERS_GEO_TILE_COVERING_H_
#define CITYLAYERS_GEO_TILE_COVERING_H_

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "base/lon_lat.h"
#include "geo/tile/tile_id.h"

namespace citylayers::geo {

/// Default maximum number of tiles of a covering.
inline constexpr std::size_t kDefaultMaxCoveringTiles = 1'000'000;

/// Tiles of zoom z that a box touches, sorted. The box is clipped to the Web Mercator square; an
/// empty box has no tiles. INVALID_ARGUMENT: zoom out of range or a box that is not finite.
/// RESOURCE_EXHAUSTED: more than max_tiles.
absl::StatusOr<std::vector<TileId>> TilesCoveringBox(
    const LonLatBox& box, int z, std::size_t max_tiles = kDefaultMaxCoveringTiles);

/// Tiles of zoom z whose square, widened by `buffer` units of 4096, touches a polyline, sorted,
/// without repetitions. A single point counts as a line. Errors as above.
absl::StatusOr<std::vector<TileId>> TilesCoveringLine(
    std::span<const LonLat> line, int z, double buffer = 0,
    std::size_t max_tiles = kDefaultMaxCoveringTiles);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_TILE_COVERING_H_
