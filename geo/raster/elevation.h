// Terrain heights from a raster file, in metres, with all other values removed.
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
  /// Metres per unit of the file's vertical reference system, when it has one.
  std::optional<double> height_system_unit_m;
  /// Cells that differ by more than this from all of their neighbours are spikes (ClearSpikes).
  double spike_m = 50;
};

/// Heights in metres over the file's zero; NaN where unknown.
struct Elevation {
  Raster raster;
  double unit_m = 1;                   // metres per unit of the file
  std::vector<VoidValue> void_values;  // no-data numbers that the file did not declare
  std::size_t impossible_cells = 0;
  std::size_t spike_cells = 0;
};

/// Metres per unit of length: "m", "metre", "ft", "US survey foot", "cm", ... (case-insensitive);
/// empty means metres. nullopt for any other word.
std::optional<double> MetresInUnit(std::string_view unit);

/// Converts values read `as_stored` to heights: refuses images, clears cells that hold no height,
/// applies scale, offset and unit. `what` names the file in messages. INVALID_ARGUMENT: colours,
/// 8-bit values without a scale, an unknown unit, a unit that contradicts the reference system, or
/// no height at all.
absl::StatusOr<Elevation> MakeElevation(Raster stored, std::string_view what,
                                        const ElevationOptions& options = {});

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_RASTER_ELEVATION_H_
