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
#include "geo/roads/road_graph.h"
#include "storage/pack/manifest.h"
#include "storage/pack/pack_encode.h"

namespace citylayers::citypack {

/// Grids of one size that lie as `geometry` says. Never resampled: a source's cells are kept.
struct TerrainPart {
  geo::GridGeometry geometry;
  geo::Grid<float> elevation_m;        // over Hòn Dấu; NaN: not known
  geo::Grid<std::uint8_t> open_water;  // 1: joined to river or sea
  storage::PackDatum datum;
};

/// A DEM with its heights moved to Hòn Dấu and in metres, no water yet. `warnings` gets a sentence
/// for each kind of cell that was taken for no data though the file does not say so.
/// INVALID_ARGUMENT: no datum or one that is not known (the message lists the choices) or that the
/// file contradicts, a wrong offset, no reference system or one that nothing ties to WGS 84, and
/// what geo::ReadRaster and geo::MakeElevation refuse.
absl::StatusOr<TerrainPart> ReadDem(const std::string& path, const std::string& datum_name,
                                    std::optional<double> offset_m,
                                    std::vector<std::string>* warnings);

/// One water body: outside ring, then holes, in longitude and latitude.
using WaterBody = std::vector<std::vector<LonLat>>;

/// Marks cells whose centre lies in a water body. INVALID_ARGUMENT: the grid's reference system.
absl::Status MarkWaterBodies(const std::vector<WaterBody>& bodies, TerrainPart* terrain);

/// Marks cells below the sea level that are joined to the grid's edge (or to cells of no data at
/// it) by such cells, corners count.
void MarkSea(double sea_level_m, TerrainPart* terrain);

/// connection.tif's values: the lowest stage above which a cell is joined to open water; NaN:
/// never; kAlwaysConnectedM: open water of unknown depth. FAILED_PRECONDITION: no open water.
inline constexpr float kAlwaysConnectedM = -1000;
absl::StatusOr<geo::Grid<float>> MakeConnection(const TerrainPart& terrain);

/// The cells under each segment (storage/pack/segment_cells.h). Left out: cells of open water (a
/// street never runs in the river; where it seems to, a line is drawn a few metres off), cells of
/// unknown height, and all of bridges and tunnels, whose deck or tube is not at the ground. A
/// segment with more than a tenth of its length beyond the terrain or on cells of unknown height is
/// marked.
absl::StatusOr<storage::CellColumns> MakeSegmentCells(const geo::RoadGraph& graph,
                                                      const TerrainPart& terrain);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_TERRAIN_PART_H_
