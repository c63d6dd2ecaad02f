#include "services/tools/citypack/build_pack.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "base/status_macros.h"
#include "base/text.h"
#include "geo/raster/raster_file.h"
#include "geo/roads/osm_reader.h"
#include "geo/roads/road_graph.h"
#include "samples/saigon/base_map.h"
#include "samples/saigon/roads.h"
#include "services/tools/citypack/base_map_part.h"
#include "services/tools/citypack/boundary_file.h"
#include "services/tools/citypack/embedded_city.h"
#include "services/tools/citypack/road_part.h"
#include "services/tools/citypack/segment_cells_part.h"
#include "services/tools/citypack/skeleton_part.h"
#include "services/tools/citypack/station_file.h"
#include "services/tools/citypack/street_part.h"
#include "services/tools/citypack/terrain_part.h"
#include "services/tools/citypack/tile_cutter.h"
#include "storage/pack/manifest.h"
#include "storage/pack/pack_encode.h"
#include "storage/pack/pack_writer.h"

namespace citylayers::citypack {
namespace {

constexpr char kOsmAttribution[] = "© OpenStreetMap contributors";

// As UTF-8, which the manifest requires.
std::string FileName(const std::string& path) {
  return RepairUtf8(std::filesystem::path(path).filename().string());
}

// One build: each step adds its files to the writer and its data to the manifest.
class Builder {
 public:
  Builder(const PackOptions& options, const PackProgress& progress)
      : options_(options), progress_(progress) {}

  absl::StatusOr<BuiltPack> Run() {
    // Cheap checks first, so that a missing flag is reported at once and not after a minute.
    if (!options_.dem.empty() && options_.dem_datum.empty()) {
      return ReadDem(options_.dem, "", std::nullopt, &warnings_).status();
    }
    ASSIGN_OR_RETURN(writer_, storage::PackWriter::Create(options_.out));
    if (!options_.stations.empty()) {
      ASSIGN_OR_RETURN(stations_, ReadStations(options_.stations));
    }
    if (!options_.boundaries.empty()) {
      ASSIGN_OR_RETURN(boundaries_, ReadBoundaries(options_.boundaries));
    }
    RETURN_IF_ERROR(ReadRoads());
    RETURN_IF_ERROR(WriteRoads());
    RETURN_IF_ERROR(WriteTerrain());
    RETURN_IF_ERROR(WriteStations());
    RETURN_IF_ERROR(WriteBaseMap());
    RETURN_IF_ERROR(WriteSkeletons());
    RETURN_IF_ERROR(Step("writing", 0));
    ASSIGN_OR_RETURN(std::string pack_id, Commit());
    RETURN_IF_ERROR(Step("writing", 1));
    return BuiltPack{std::move(pack_id), std::move(warnings_)};
  }

 private:
  absl::Status ReadRoads();
  absl::Status WriteRoads();
  absl::Status WriteTerrain();
  absl::StatusOr<std::optional<TerrainPart>> ReadTerrain();
  void NoteUnknownGround(const storage::CellColumns& cells);
  absl::Status WriteStations();
  absl::Status WriteBaseMap();
  absl::Status AddGivenBoundaries(BaseMap* map);
  absl::Status WriteSkeletons();
  absl::StatusOr<std::string> Commit();

  absl::Status Step(std::string_view step, double share) const {
    if (!progress_ || progress_(step, share)) return absl::OkStatus();
    return absl::CancelledError("building the pack was stopped; nothing was changed");
  }
  void AddSource(std::string part, std::string name, std::string attribution, bool synthetic) {
    manifest_.sources.push_back(
        {std::move(part), std::move(name), std::move(attribution), synthetic});
  }
  void AddEmbeddedSource(std::string part) {
    AddSource(std::move(part), kEmbeddedName, kEmbeddedAttribution, true);
  }

  const PackOptions& options_;
  const PackProgress& progress_;
  std::unique_ptr<storage::PackWriter> writer_;
  storage::Manifest manifest_;
  std::vector<std::string> warnings_;
  std::vector<storage::PackStation> stations_;
  Boundaries boundaries_;
  geo::RoadGraph graph_;
  bool embedded_covers_ = false;
};

absl::Status Builder::ReadRoads() {
  std::vector<geo::Way> ways;
  RETURN_IF_ERROR(Step("reading roads", 0));
  if (options_.osm.empty()) {
    ways = saigon::Roads();
    AddEmbeddedSource("roads");
    manifest_.notices.push_back("synthetic_roads");
  } else {
    geo::OsmReadOptions read;
    read.progress = [&](double share) { return Step("reading roads", share).ok(); };
    ASSIGN_OR_RETURN(geo::OsmRoads roads, geo::ReadOsmRoads(options_.osm, read));
    ways = std::move(roads.ways);
    for (ImportNote& note : NotesOf(roads, FileName(options_.osm))) {
      manifest_.counts[note.count_name] = note.count;
      if (!note.warning.empty()) warnings_.push_back(std::move(note.warning));
    }
    AddSource("roads", FileName(options_.osm), kOsmAttribution, false);
  }
  ASSIGN_OR_RETURN(graph_, geo::BuildRoadGraph(ways));
  manifest_.counts["ways"] = ways.size();
  return Step("reading roads", 1);
}

absl::Status Builder::WriteRoads() {
  RETURN_IF_ERROR(writer_->WriteFile("roads.bin", storage::EncodeRoads(MakeRoadColumns(graph_))));
  embedded_covers_ = EmbeddedCityCovers(graph_);
  manifest_.bounds = BoundsOf(graph_);
  if (embedded_covers_) {  // its water and parks extend beyond the roads
    manifest_.bounds.Extend({saigon::kBounds.west_deg, saigon::kBounds.south_deg});
    manifest_.bounds.Extend({saigon::kBounds.east_deg, saigon::kBounds.north_deg});
  }
  manifest_.counts["segments"] = graph_.segments.size();
  manifest_.counts["nodes"] = graph_.node_count;
  manifest_.counts["street_names"] = graph_.names.size() - 1;
  manifest_.name_vi = embedded_covers_ ? "Thành phố Hồ Chí Minh" : FileName(options_.osm);
  manifest_.name_en = embedded_covers_ ? "Ho Chi Minh City" : FileName(options_.osm);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<TerrainPart>> Builder::ReadTerrain() {
  if (!options_.dem.empty()) {
    ASSIGN_OR_RETURN(TerrainPart terrain,
                     ReadDem(options_.dem, options_.dem_datum, options_.dem_offset_m, &warnings_));
    if (embedded_covers_) RETURN_IF_ERROR(MarkWaterBodies(EmbeddedTidalWater(), &terrain));
    MarkSea(options_.sea_level_m, &terrain);
    AddSource("terrain", FileName(options_.dem), "", false);
    return std::optional(std::move(terrain));
  }
  if (!embedded_covers_) {
    manifest_.absent.push_back(
        {"terrain",
         "no --dem was given, and the embedded city does not cover this place; without "
         "terrain there is no flood layer"});
    return std::optional<TerrainPart>();
  }
  AddEmbeddedSource("terrain");
  manifest_.notices.push_back("synthetic_terrain");
  return std::optional(EmbeddedTerrain());
}

void Builder::NoteUnknownGround(const storage::CellColumns& cells) {
  double length_m = 0, unknown_m = 0;
  std::uint64_t unknown = 0;
  for (std::size_t i = 0; i < cells.unknown.size(); ++i) {
    length_m += graph_.segments[i].length_m;
    if (cells.unknown[i] == 0) continue;
    unknown_m += graph_.segments[i].length_m;
    ++unknown;
  }
  manifest_.counts["segments_of_unknown_depth"] = unknown;
  if (unknown == 0) return;
  warnings_.push_back(
      absl::StrFormat("the terrain does not cover %d of %d segments, %.1f %% of the length of the "
                      "roads: their depth is unknown; give a larger DEM",
                      unknown, cells.unknown.size(), 100 * unknown_m / length_m));
}

absl::Status Builder::WriteTerrain() {
  RETURN_IF_ERROR(Step("terrain", 0));
  ASSIGN_OR_RETURN(const std::optional<TerrainPart> terrain, ReadTerrain());
  if (!terrain) return Step("terrain", 1);
  ASSIGN_OR_RETURN(const geo::Grid<float> connection, MakeConnection(*terrain));
  RETURN_IF_ERROR(Step("terrain", 0.4));
  ASSIGN_OR_RETURN(const storage::CellColumns cells, MakeSegmentCells(graph_, *terrain));
  if (cells.cells.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no road lies on the terrain ", options_.dem,
                     "; check that it covers the same place and has the right reference system"));
  }
  RETURN_IF_ERROR(Step("terrain", 0.6));
  geo::GeoTiffOptions tiff;
  tiff.tags = {{geo::kTagVerticalDatum, "hondau"},
               {geo::kTagSynthetic, manifest_.has_notice("synthetic_terrain") ? "1" : "0"}};
  ASSIGN_OR_RETURN(const std::string terrain_tif,
                   geo::EncodeGeoTiff(terrain->geometry, terrain->elevation_m, tiff));
  ASSIGN_OR_RETURN(const std::string connection_tif,
                   geo::EncodeGeoTiff(terrain->geometry, connection, tiff));
  ASSIGN_OR_RETURN(const std::string water_tif,
                   geo::EncodeGeoTiff(terrain->geometry, terrain->open_water));
  RETURN_IF_ERROR(writer_->WriteFile("terrain.tif", terrain_tif));
  RETURN_IF_ERROR(writer_->WriteFile("connection.tif", connection_tif));
  RETURN_IF_ERROR(writer_->WriteFile("water.tif", water_tif));
  RETURN_IF_ERROR(writer_->WriteFile("cells.bin", storage::EncodeSegmentCells(cells)));
  NoteUnknownGround(cells);
  manifest_.datum = terrain->datum;
  manifest_.counts["terrain_cells"] = terrain->elevation_m.size();
  return Step("terrain", 1);
}

absl::Status Builder::WriteStations() {
  if (!options_.stations.empty()) {
    if (embedded_covers_) CompleteFrom(EmbeddedStations(), &stations_);
    AddSource("stations", FileName(options_.stations), "", false);
  } else if (embedded_covers_) {
    stations_ = EmbeddedStations();
    AddEmbeddedSource("stations");
  } else {
    manifest_.absent.push_back(
        {"stations", "no --stations was given, and the embedded city does not cover this place"});
  }
  manifest_.counts["stations"] = stations_.size();
  return writer_->WriteFile("stations.toml", storage::FormatStations(stations_));
}

absl::Status Builder::AddGivenBoundaries(BaseMap* map) {
  if (options_.boundaries.empty()) {
    manifest_.absent.push_back({"boundaries", "no --boundaries was given"});
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(AddBoundaries(boundaries_.units, map));
  AddSource("boundaries", FileName(options_.boundaries), "", false);
  manifest_.counts["boundaries"] = boundaries_.units.size();
  warnings_.insert(warnings_.end(), boundaries_.warnings.begin(), boundaries_.warnings.end());
  return absl::OkStatus();
}

absl::Status Builder::WriteBaseMap() {
  RETURN_IF_ERROR(Step("base map", 0));
  BaseMap map;
  if (embedded_covers_) {
    RETURN_IF_ERROR(AddEmbeddedBase(/*with_wards=*/options_.boundaries.empty(), &map));
    AddEmbeddedSource("base");
  } else {
    manifest_.absent.push_back(
        {"base", "water, parks and place names: the embedded city does not cover this place"});
  }
  RETURN_IF_ERROR(Step("base map", 0.4));
  RETURN_IF_ERROR(AddGivenBoundaries(&map));
  RETURN_IF_ERROR(Step("base map", 0.6));
  RETURN_IF_ERROR(AddStreets(MergeStreets(graph_), &map));
  const std::map<std::uint64_t, std::string> tiles = map.Tiles();
  manifest_.counts["base_tiles"] = tiles.size();
  RETURN_IF_ERROR(writer_->WriteFile("base.bin", storage::EncodeTileArchive(tiles)));
  return Step("base map", 1);
}

absl::Status Builder::WriteSkeletons() {
  const auto progress = [&](double share) { return Step("cutting tiles", share).ok(); };
  ASSIGN_OR_RETURN(const auto skeletons, MakeSkeletons(graph_, progress));
  manifest_.counts["skeleton_tiles"] = skeletons.size();
  RETURN_IF_ERROR(writer_->WriteFile("skeletons.bin", storage::EncodeTileArchive(skeletons)));
  return Step("cutting tiles", 1);
}

absl::StatusOr<std::string> Builder::Commit() {
  std::vector<std::string> names;
  for (const storage::PackSource& source : manifest_.sources) {
    if (source.attribution.empty()) continue;
    if (std::find(names.begin(), names.end(), source.attribution) == names.end()) {
      names.push_back(source.attribution);
    }
  }
  manifest_.attribution = absl::StrJoin(names, " · ");
  manifest_.created_time = options_.created_time;
  manifest_.min_zoom = kMinZoom;
  manifest_.max_zoom = kMaxZoom;
  return writer_->Commit(std::move(manifest_));
}

}  // namespace

absl::StatusOr<BuiltPack> BuildPack(const PackOptions& options, const PackProgress& progress) {
  return Builder(options, progress).Run();
}

}  // namespace citylayers::citypack
