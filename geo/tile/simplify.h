// Dropping points that nobody would see at a zoom.
#ifndef CITYLAYERS_GEO_TILE_SIMPLIFY_H_
#define CITYLAYERS_GEO_TILE_SIMPLIFY_H_

#include <span>

#include "geo/tile/tile_geometry.h"

namespace citylayers::geo {

/// Most that a simplified line may stray, in units of a 4096 tile: under a quarter of a screen
/// pixel.
inline constexpr double kMaxSimplifyTolerance = 0.5;

/// A line with some of its points such that every point left out lies within `tolerance` of it
/// (Douglas-Peucker). The ends stay. O(n log n) usually, O(n^2) at worst; thread-safe.
TileLine Simplify(std::span<const TilePoint> line, double tolerance = kMaxSimplifyTolerance);

/// The same for an open ring; a ring that falls under three points comes back empty. Neighbouring
/// rings are simplified each by itself, so shared borders may part by up to 2 * tolerance.
TileLine SimplifyRing(std::span<const TilePoint> ring, double tolerance = kMaxSimplifyTolerance);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_TILE_SIMPLIFY_H_
