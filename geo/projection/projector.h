// Projection of points between coordinate reference systems.
#ifndef CITYLAYERS_GEO_PROJECTION_PROJECTOR_H_
#define CITYLAYERS_GEO_PROJECTION_PROJECTOR_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace citylayers::geo {

/// A position in a coordinate reference system: always x or longitude first, y or latitude second,
/// whatever the axis order of the system's definition. In degrees or the system's unit.
struct MapPoint {
  double x = 0;
  double y = 0;
  friend bool operator==(const MapPoint&, const MapPoint&) = default;
};

/// Projects between two coordinate reference systems, each given as "EPSG:32648", as WKT or as a
/// PROJ string; only the horizontal part of compound systems is used. Uses no network and no grids
/// except those installed. Not thread-safe, not even const calls: make one per thread (about 5 ms).
/// Movable. Cost: about 0.5 us per point.
///
///   ASSIGN_OR_RETURN(const Projector utm, Projector::Make("EPSG:4326", "EPSG:32648"));
///   ASSIGN_OR_RETURN(const MapPoint p, utm.Forward({106.7, 10.77}));
class Projector {
 public:
  /// INVALID_ARGUMENT: a system unknown to PROJ, or two systems without a transformation.
  static absl::StatusOr<Projector> Make(const std::string& from_crs, const std::string& to_crs);

  Projector(Projector&&) noexcept;
  Projector& operator=(Projector&&) noexcept;
  ~Projector();

  /// From the first system to the second. OUT_OF_RANGE: the point cannot be projected.
  absl::StatusOr<MapPoint> Forward(MapPoint p) const;
  /// From the second system to the first. OUT_OF_RANGE as above.
  absl::StatusOr<MapPoint> Inverse(MapPoint p) const;

  /// True when the transformation from the second system to the first is only ballpark at a point:
  /// the relation of the two datums is unknown, so the result may be wrong by hundreds of metres.
  /// OUT_OF_RANGE as above.
  absl::StatusOr<bool> IsGuessAt(MapPoint p) const;

 private:
  struct Impl;
  explicit Projector(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_PROJECTION_PROJECTOR_H_
