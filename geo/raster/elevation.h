// Terrain out of a raster file: heights in metres, and nothing that is not a height.
#ifndef CITYLAYERS_GEO_RASTER_ELEVATION_H_
#define CITYLAYERS_GEO_RASTER_ELEVATION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/raster/raster_file.h"
#include "geo/raster/void_cells.h"

namespace citylayers::geo {

struct ElevationOptions {
  /// Metres in one of the units of the file's own vertical reference system, when it has one.
  std::optional<double> height_system_unit_m;
  /// Cells that differ by more from all of their neighbours are spikes (ClearSpikes).
  double spike_m = 50;
};

/// Heights in metres over the file's own zero; NaN where not known.
struct Elevation {
  Raster raster;
  double unit_m = 1;                   // metres in one of the file's units
  std::vector<VoidValue> void_values;  // numbers that the file did not declare as no data
  std::size_t impossible_cells = 0;
  std::size_t spike_cells = 0;
};

/// Metres in a unit of length: "m", "metre", "ft", "US survey foot", "cm", ... in any case of
/// letters, empty for metres. Nothing for any other word.
std::optional<double> MetresInUnit(std::string_view unit);

/// Turns what was read `as_stored` into heights: refuses pictures, finds cells that hold no height,
/// applies scale, offset and unit. `what` names the file in messages.
/// INVALID_ARGUMENT: colours, 8-bit values without a scale, an unknown unit, a unit that
/// contradicts the reference system, or no height at all.
absl::StatusOr<Elevation> MakeElevation(Raster stored, std::string_view what,
                                        const ElevationOptions& options = {});

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_RASTER_ELEVATION_H_
