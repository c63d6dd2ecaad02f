#include "services/tools/citypack/terrain_part.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "geo/flood/connection_level.h"
#include "geo/projection/height_system.h"
#include "geo/projection/projector.h"
#include "geo/projection/vertical_datum.h"
#include "geo/raster/elevation.h"
#include "geo/raster/raster_file.h"
#include "geo/raster/sample.h"
#include "services/tools/citypack/cell_projector.h"
#include "services/tools/citypack/cell_walk.h"

namespace citylayers::citypack {
namespace {

// The file must have a position, and its datum must be related to WGS 84.
absl::Status CheckPlace(const std::string& path, const geo::GridGeometry& geometry) {
  if (geometry.crs_wkt.empty()) return NoReferenceSystem();
  ASSIGN_OR_RETURN(const geo::Projector projector,
                   geo::Projector::Make("EPSG:4326", geometry.crs_wkt));
  ASSIGN_OR_RETURN(const geo::GridAffine affine, geo::GridAffine::Make(geometry.affine));
  const geo::GridPoint middle = affine.ToMap({geometry.columns / 2.0, geometry.rows / 2.0});
  const absl::StatusOr<bool> guess = projector.IsGuessAt({middle.x, middle.y});
  if (guess.ok() && !*guess) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the DEM ", path, ": ",
      guess.ok()
          ? std::string("the relation of its datum to WGS 84 is unknown, so it could be hundreds "
                        "of metres off")
          : absl::StrCat("its middle is not on the earth (", std::string(guess.status().message()),
                         ")"),
      "; assign the right reference system, e.g. with gdal_edit.py -a_srs EPSG:9210 for VN-2000 / "
      "TM-3 105-45"));
}

absl::Status CheckDatum(const std::string& path, const geo::RasterTags& tags,
                        const std::optional<geo::HeightSystem>& heights, geo::VerticalDatum given) {
  absl::Status status;
  if (heights) status = geo::CheckDeclaredHeights(*heights, given);
  const auto tag = tags.find(geo::kTagVerticalDatum);
  if (status.ok() && tag != tags.end()) {
    geo::HeightSystem tagged{.name = tag->second};
    if (const auto datum = geo::ParseVerticalDatum(tag->second); datum.ok()) tagged.datum = *datum;
    status = geo::CheckDeclaredHeights(tagged, given);
  }
  if (status.ok()) return status;
  return absl::InvalidArgumentError(
      absl::StrCat("the DEM ", path, ": ", std::string(status.message())));
}

void Warn(const std::string& path, const geo::Elevation& elevation,
          const geo::ElevationOptions& options, std::vector<std::string>* warnings) {
  const std::string file = std::filesystem::path(path).filename().string();
  for (const geo::VoidValue& v : elevation.void_values) {
    warnings->push_back(
        absl::StrCat(file, ": ", v.cells, " cells of ", v.value,
                     " are treated as no data, though the file does not declare it; "
                     "declare it with gdal_edit.py -a_nodata ",
                     v.value));
  }
  if (elevation.impossible_cells > 0) {
    warnings->push_back(absl::StrCat(file, ": ", elevation.impossible_cells,
                                     " cells are treated as no data: no ground is below ",
                                     geo::kLowestGroundM, " m or above ", geo::kHighestGroundM,
                                     " m"));
  }
  if (elevation.spike_cells > 0) {
    warnings->push_back(absl::StrCat(file, ": ", elevation.spike_cells,
                                     " cells are treated as no data: they are more than ",
                                     options.spike_m, " m above or below all their neighbours"));
  }
}

}  // namespace

absl::StatusOr<TerrainPart> ReadDem(const std::string& path, const std::string& datum_name,
                                    std::optional<double> offset_m,
                                    std::vector<std::string>* warnings) {
  if (datum_name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the DEM ", path, " needs --dem-datum: the datum of its heights, one of hondau, ",
        "egm2008, egm96 (with --dem-offset) or local (with --dem-offset)"));
  }
  ASSIGN_OR_RETURN(const geo::VerticalDatum datum, geo::ParseVerticalDatum(datum_name));
  ASSIGN_OR_RETURN(const double offset, geo::OffsetToHonDauM(datum, offset_m));
  ASSIGN_OR_RETURN(geo::Raster stored, geo::ReadRaster(path, {.as_stored = true}));
  RETURN_IF_ERROR(CheckPlace(path, stored.geometry));
  ASSIGN_OR_RETURN(const std::optional<geo::HeightSystem> heights,
                   geo::HeightSystemOf(stored.geometry.crs_wkt));
  RETURN_IF_ERROR(CheckDatum(path, stored.tags, heights, datum));
  geo::ElevationOptions options;
  if (heights) options.height_system_unit_m = heights->unit_m;
  ASSIGN_OR_RETURN(geo::Elevation elevation, geo::MakeElevation(std::move(stored), path, options));
  Warn(path, elevation, options, warnings);
  geo::Raster& raster = elevation.raster;
  TerrainPart terrain;
  terrain.datum = {std::string(geo::VerticalDatumName(datum)), offset};
  terrain.geometry = std::move(raster.geometry);
  terrain.elevation_m = std::move(raster.values);
  for (float& height_m : terrain.elevation_m.cells()) height_m += static_cast<float>(offset);
  terrain.open_water =
      geo::Grid<std::uint8_t>(terrain.elevation_m.columns(), terrain.elevation_m.rows());
  return terrain;
}

absl::Status MarkWaterBodies(const std::vector<WaterBody>& bodies, TerrainPart* terrain) {
  ASSIGN_OR_RETURN(const CellProjector projector, CellProjector::Make(terrain->geometry));
  for (const WaterBody& body : bodies) {
    std::vector<std::vector<geo::CellPoint>> rings;
    for (const std::vector<LonLat>& ring : body) {
      std::vector<geo::CellPoint>& cells = rings.emplace_back();
      for (const LonLat& p : ring) {
        if (const auto cell = projector.ToCell(p)) cells.push_back(*cell);
      }
    }
    FillRings(rings, 1, &terrain->open_water);
  }
  return absl::OkStatus();
}

void MarkSea(double sea_level_m, TerrainPart* terrain) {
  const geo::Grid<float>& z = terrain->elevation_m;
  geo::Grid<std::uint8_t> seen(z.columns(), z.rows());
  std::vector<std::pair<int, int>> open;
  // Cells without data are crossed (the sea is often cut out) but are not marked.
  const auto visit = [&](int column, int row) {
    if (!z.Contains(column, row) || seen.at(column, row) != 0) return;
    const float height_m = z.at(column, row);
    if (height_m >= sea_level_m) return;
    seen.at(column, row) = 1;
    if (!std::isnan(height_m)) terrain->open_water.at(column, row) = 1;
    open.emplace_back(column, row);
  };
  for (int column = 0; column < z.columns(); ++column) {
    visit(column, 0);
    visit(column, z.rows() - 1);
  }
  for (int row = 0; row < z.rows(); ++row) {
    visit(0, row);
    visit(z.columns() - 1, row);
  }
  while (!open.empty()) {
    const auto [column, row] = open.back();
    open.pop_back();
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) visit(column + dx, row + dy);
    }
  }
}

absl::StatusOr<geo::Grid<float>> MakeConnection(const TerrainPart& terrain) {
  const std::vector<std::uint8_t>& water = terrain.open_water.cells();
  if (std::none_of(water.begin(), water.end(), [](std::uint8_t w) { return w != 0; })) {
    return absl::FailedPreconditionError(
        "the terrain has no open water: no water body lies on it, and no cell at its edge is below "
        "the sea level; give a larger DEM, or a higher --sea-level");
  }
  ASSIGN_OR_RETURN(geo::Grid<float> level,
                   geo::ConnectionLevel(terrain.elevation_m, terrain.open_water));
  // GeoTIFF readers treat infinities as missing data, so that finite values are written instead.
  for (float& stage_m : level.cells()) {
    if (stage_m == -std::numeric_limits<float>::infinity()) stage_m = kAlwaysConnectedM;
    if (std::isinf(stage_m)) stage_m = std::numeric_limits<float>::quiet_NaN();
  }
  return level;
}

}  // namespace citylayers::citypack
