// What a coordinate reference system says about heights.
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
  std::string name;                    // "EGM2008 height"
  double unit_m = 1;                   // metres in one of its units
  bool is_depth = false;               // counts downwards
  bool ellipsoidal = false;            // over the ellipsoid: tens of metres from any sea level
  std::optional<VerticalDatum> datum;  // when it is one that this program knows
};

/// Of a system given as WKT, "EPSG:32648+3855" or a PROJ string; nothing when it has no heights.
/// INVALID_ARGUMENT: a system that PROJ does not know.
absl::StatusOr<std::optional<HeightSystem>> HeightSystemOf(const std::string& crs);

/// Whether heights that declare `declared` may be taken as `given`. `local` may always be given,
/// since its owner states the offset. INVALID_ARGUMENT: they contradict each other; the message
/// says what to give instead.
absl::Status CheckDeclaredHeights(const HeightSystem& declared, VerticalDatum given);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_PROJECTION_HEIGHT_SYSTEM_H_
