// Simplification of lines to the precision visible at a zoom.
#ifndef CITYLAYERS_GEO_TILE_SIMPLIFY_H_
#define CITYLAYERS_GEO_TILE_SIMPLIFY_H_

#include <span>

#include "geo/tile/tile_geometry.h"

namespace citylayers::geo {

/// Maximum deviation of a simplified line, in units of a 4096 tile: under a
/// quarter of a screen pixel.
inline constexpr double kMaxSimplifyTolerance = 0.5;

/// Returns a line with a subset of the points, such that every omitted point is within `tolerance`
/// of it (Douglas-Peucker). The ends are kept. O(n log n) usually, O(n^2) at worst; thread-safe.
TileLine Simplify(std::span<const TilePoint> line, double tolerance = kMaxSimplifyTolerance);

/// As Simplify, for an open ring; a ring with fewer than three points left becomes
/// empty. Neighbouring rings are simplified independently, so shared borders may differ
/// by up to 2 * tolerance.
TileLine SimplifyRing(std::span<const TilePoint> ring, double tolerance = kMaxSimplifyTolerance);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_TILE_SIMPLIFY_H_
