// Joins pieces of line end to end.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_LINE_MERGE_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_LINE_MERGE_H_

#include <cstdint>
#include <vector>

#include "base/lon_lat.h"

namespace citylayers::citypack {

/// A piece of line between two numbered ends.
struct LinePiece {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::vector<LonLat> points;
};

/// Joins pieces wherever exactly two ends meet, reversing them as needed, so that a street is one
/// line and is labelled once. Every piece is in exactly one line. Deterministic; O(n log n).
std::vector<std::vector<LonLat>> MergeLines(const std::vector<LinePiece>& pieces);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_LINE_MERGE_H_
