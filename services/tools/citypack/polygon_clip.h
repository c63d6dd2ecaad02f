// Cuts polygons to tiles so that the result is valid.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_POLYGON_CLIP_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_POLYGON_CLIP_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/tile/tile_geometry.h"

namespace citylayers::citypack {

/// A polygon on the grid of whole tile units, prepared for cutting to boxes. The results are valid
/// as OGC Simple Features and the vector tile specification require: rings neither cross nor touch
/// themselves along a line, holes lie inside, parts do not overlap, corners are integers. A polygon
/// that a box cuts into pieces becomes several. Not thread-safe. Cost: O(n log n) to create, about
/// O(points in the box) per cut.
class PolygonClip {
 public:
  /// Rings may cross themselves or each other: the area inside the outer ring and outside the holes
  /// counts. INTERNAL: GEOS failed.
  static absl::StatusOr<PolygonClip> Make(const geo::TilePolygon& polygon);

  PolygonClip(PolygonClip&&) noexcept;
  PolygonClip& operator=(PolygonClip&&) noexcept;
  ~PolygonClip();

  /// The polygons in the box, whose corners must be integers; empty when nothing is left.
  absl::StatusOr<std::vector<geo::TilePolygon>> In(const geo::TileBox& box) const;

 private:
  struct Impl;
  explicit PolygonClip(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_POLYGON_CLIP_H_
