// Terrain, open water and connection level of a pack, all on the terrain's own grid.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_TERRAIN_PART_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_TERRAIN_PART_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "base/lon_lat.h"
#include "geo/raster/grid.h"
#include "storage/pack/manifest.h"

namespace citylayers::citypack {

/// Grids of one size, located by `geometry`. Never resampled: the source's cells are kept.
struct TerrainPart {
  geo::GridGeometry geometry;
  geo::Grid<float> elevation_m;        // above Hòn Dấu; NaN: unknown
  geo::Grid<std::uint8_t> open_water;  // 1: connected to a river or the sea
  storage::PackDatum datum;
};

/// Reads a DEM and converts its heights to metres above Hòn Dấu; without water. `warnings` receives
/// a sentence for each kind of cell that is treated as no data without being declared so.
/// INVALID_ARGUMENT: a datum that is missing, unknown (the message lists the choices) or
/// contradicted by the file, a wrong offset, a reference system that is missing or not related to
/// WGS 84, and the errors of geo::ReadRaster and geo::MakeElevation.
absl::StatusOr<TerrainPart> ReadDem(const std::string& path, const std::string& datum_name,
                                    std::optional<double> offset_m,
                                    std::vector<std::string>* warnings);

/// A water body: outside ring, then holes, in longitude and latitude.
using WaterBody = std::vector<std::vector<LonLat>>;

/// Marks cells whose centre lies in a water body. INVALID_ARGUMENT: the grid's reference system.
absl::Status MarkWaterBodies(const std::vector<WaterBody>& bodies, TerrainPart* terrain);

/// Marks cells below the sea level that are joined to the grid's edge (or to cells without data at
/// it) by such cells, including over corners.
void MarkSea(double sea_level_m, TerrainPart* terrain);

/// The values of connection.tif: the lowest stage above which a cell is joined to open water; NaN:
/// never; kAlwaysConnectedM: open water of unknown depth. FAILED_PRECONDITION: there is no open
/// water.
inline constexpr float kAlwaysConnectedM = -1000;
absl::StatusOr<geo::Grid<float>> MakeConnection(const TerrainPart& terrain);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_TERRAIN_PART_H_
