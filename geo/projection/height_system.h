// The vertical part of a coordinate reference system.
#ifndef CITYLAYERS_GEO_PROJECTION_HEIGHT_SYSTEM_H_
#define CITYLAYERS_GEO_PROJECTION_HEIGHT_SYSTEM_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "geo/projection/vertical_datum.h"

namespace citylayers::geo {

/// The vertical part of a compound system, or the third axis of a three-dimensional one.
struct HeightSystem {
  std::string name;          // "EGM2008 height"
  double unit_m = 1;         // metres in one of its units
  bool is_depth = false;     // counts downwards
  bool ellipsoidal = false;  // over the ellipsoid: differs from any sea level by tens of metres
  std::optional<VerticalDatum> datum;  // when it is a datum known to this program
};

/// Returns the height system of "EPSG:32648+3855", WKT or a PROJ string; nullopt when it has no
/// heights. INVALID_ARGUMENT: a system unknown to PROJ.
absl::StatusOr<std::optional<HeightSystem>> HeightSystemOf(const std::string& crs);

/// Checks that heights declared as `declared` may be read as `given`. `local` is always accepted,
/// because its owner states the offset. INVALID_ARGUMENT: the two contradict each other; the
/// message names the accepted values.
absl::Status CheckDeclaredHeights(const HeightSystem& declared, VerticalDatum given);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_PROJECTION_HEIGHT_SYSTEM_H_
