// Reads the boundaries of wards from a GeoJSON file.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_BOUNDARY_FILE_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_BOUNDARY_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "base/lon_lat.h"
#include "services/tools/citypack/base_map_part.h"

namespace citylayers::citypack {

/// A ward, commune or other administrative unit.
struct Boundary {
  std::string name_vi;
  std::string name_en;
  LonLat label;                            // a point inside the unit
  std::vector<std::vector<LonLat>> rings;  // all rings of all its polygons, closed
};

struct Boundaries {
  std::vector<Boundary> units;
  std::vector<std::string> warnings;  // a sentence for each unit that was repaired or left out
};

/// Reads polygons in longitude and latitude from GeoJSON (.geojson, .json, or either with .gz).
/// Names come from the properties name_vi, ten, name (and name_en, en). A polygon that crosses
/// itself is repaired; one that cannot be repaired is left out. Both are listed in the warnings.
/// NOT_FOUND: there is no such file. INVALID_ARGUMENT: not GeoJSON, or without a polygon.
absl::StatusOr<Boundaries> ReadBoundaries(const std::string& path);

/// Adds each border once (neighbours share theirs) to the layer `boundary`, and
/// each name to `place`.
absl::Status AddBoundaries(const std::vector<Boundary>& units, BaseMap* map);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_BOUNDARY_FILE_H_
