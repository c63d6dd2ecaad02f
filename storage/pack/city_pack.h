// A city pack: all data of a city that do not change while the system runs.
#ifndef CITYLAYERS_STORAGE_PACK_CITY_PACK_H_
#define CITYLAYERS_STORAGE_PACK_CITY_PACK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/pack/manifest.h"
#include "storage/pack/section_file.h"
#include "storage/pack/segment_cells.h"
#include "storage/pack/segment_table.h"
#include "storage/pack/station.h"
#include "storage/pack/tile_archive.h"

namespace citylayers::storage {

/// An opened pack directory (format: docs/formats/pack.md). Opening compares every file, rasters
/// included, with the manifest's checksums (about 5 GB/s). Binary files are mapped, not copied, so
/// processes share the memory. Immutable and thread-safe. Shared, because services, their snapshots
/// and tiles in progress refer to it.
///
///   ASSIGN_OR_RETURN(std::shared_ptr<const CityPack> pack, CityPack::Open("var/pack"));
///   const SegmentTable& roads = pack->segments();
///   if (auto bytes = pack->skeletons().Find(tile.Key())) ...
class CityPack {
 public:
  /// NOT_FOUND: no such directory, or no manifest in it. FAILED_PRECONDITION: written by a newer
  /// version (message: rebuild, or update). DATA_LOSS: a file is missing, damaged, truncated, or
  /// belongs to another pack.
  static absl::StatusOr<std::shared_ptr<const CityPack>> Open(const std::string& directory);

  CityPack(const CityPack&) = delete;
  CityPack& operator=(const CityPack&) = delete;

  const Manifest& manifest() const { return manifest_; }
  const std::string& pack_id() const { return manifest_.pack_id; }
  const std::string& directory() const { return directory_; }

  const SegmentTable& segments() const { return segments_; }
  std::optional<std::uint32_t> FindSegment(std::uint64_t stable_id) const {
    return segments_.FindSegment(stable_id);
  }

  /// Tile skeletons (storage/pack/skeleton.h) of zooms min_zoom to max_zoom. Tiles
  /// without roads are absent.
  const TileArchive& skeletons() const { return skeletons_; }
  /// Encoded, uncompressed vector tiles of the base map, of the same zooms.
  const TileArchive& base_tiles() const { return base_tiles_; }

  const std::vector<PackStation>& stations() const { return stations_; }

  /// True when the pack supports a flood layer. Otherwise
  /// manifest().AbsentReason("terrain") has the reason.
  bool has_terrain() const { return segment_cells_.has_value(); }
  /// GeoTIFFs on one grid. Terrain: float32, metres over Hòn Dấu. Connection level: float32, the
  /// stage above which a cell is flooded from open water. Water: uint8, 1 = open water. REQUIRES:
  /// has_terrain().
  std::string terrain_path() const { return directory_ + "/terrain.tif"; }
  std::string connection_path() const { return directory_ + "/connection.tif"; }
  std::string water_path() const { return directory_ + "/water.tif"; }
  /// Cells under each segment; nullptr without terrain.
  const SegmentCells* segment_cells() const { return segment_cells_ ? &*segment_cells_ : nullptr; }

  /// Compares every file with its checksum again, as Open does.
  absl::Status Verify() const;

 private:
  CityPack() = default;
  absl::Status Load();

  std::string directory_;
  Manifest manifest_;
  SectionFile roads_file_, skeletons_file_, base_file_, cells_file_;
  SegmentTable segments_;
  TileArchive skeletons_, base_tiles_;
  std::optional<SegmentCells> segment_cells_;
  std::vector<PackStation> stations_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_CITY_PACK_H_
