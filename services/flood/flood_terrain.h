// The terrain of a city pack, prepared for flooding.
#ifndef CITYLAYERS_SERVICES_FLOOD_FLOOD_TERRAIN_H_
#define CITYLAYERS_SERVICES_FLOOD_FLOOD_TERRAIN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "base/lon_lat.h"
#include "geo/flood/connection_level.h"
#include "geo/flood/depressions.h"
#include "geo/flood/depth_tile.h"
#include "geo/flood/reach_tree.h"
#include "geo/projection/projector.h"
#include "geo/raster/grid.h"
#include "geo/raster/sample.h"
#include "geo/tile/tile_id.h"
#include "storage/pack/city_pack.h"

namespace citylayers::flood {

/// A gauge's present level, in the order of FloodTerrain's gauges.
struct GaugeLevel {
  bool known = false;
  double stage_m = 0;
};

/// Elevation, connection level, open water, hollows and reaches on the pack's grid. Immutable
/// except for a pool of projectors; thread-safe. Memory: about 30 bytes per cell.
class FloodTerrain {
 public:
  /// Maximum number of rain gauges; further ones, in the order of the pack, are ignored: zones are
  /// counted per hollow.
  static constexpr std::size_t kRainGaugesMax = 250;

  /// Loads the pack's rasters. `gauges`: places of the stage gauges; each piece of open water
  /// follows the two nearest of them, weighted by distance. `rain_gauges`: each cell has the rain
  /// of the nearest of the first kRainGaugesMax. About one second for a million cells.
  /// FAILED_PRECONDITION: the pack has no terrain, or more gauges than there are reach numbers
  /// (thousands). DATA_LOSS: inconsistent rasters.
  static absl::StatusOr<std::unique_ptr<FloodTerrain>> Load(const storage::CityPack& pack,
                                                            const std::vector<LonLat>& gauges,
                                                            const std::vector<LonLat>& rain_gauges);

  /// Depth of flood water on every cell: from the rivers at `levels` (one per gauge), by the path
  /// rule of geo/flood/reach_tree.h, and from rain standing in hollows (mm, one per rain gauge).
  /// The two gauges of a piece of open water are mixed by distance; when one of them has no reading
  /// the other counts alone, and when neither has one, the gauge nearest to them with one. Open
  /// water is dry. Reuses `depth_m`. About 4 ms for a million cells.
  void Depth(const std::vector<GaugeLevel>& levels, const std::vector<double>& standing_mm,
             geo::Grid<float>* depth_m) const;

  /// Depth at the same stage everywhere, without rain.
  geo::Grid<float> DepthAt(double stage_m) const;

  /// The cell at a point; nullopt outside the grid.
  std::optional<std::size_t> CellAt(LonLat p) const;

  /// Depth sampled over a tile (geo/flood/depth_tile.h).
  geo::Grid<float> SampleTile(const geo::Grid<float>& depth_m, geo::TileId tile,
                              const geo::TileLattice& lattice) const;

  /// Zoom of the tiles in which changes between two depths are reported, however small.
  static constexpr int kChangeZoom = 14;
  std::vector<geo::TileId> ChangedTiles(const geo::Grid<float>& before_m,
                                        const geo::Grid<float>& after_m) const;

  /// The maximum depth under each segment, cm; bridges are above it.
  std::vector<std::int32_t> SegmentDepthsCm(const geo::Grid<float>& depth_m,
                                            const storage::CityPack& pack) const;

  const geo::Grid<float>& elevation_m() const { return elevation_m_; }
  const geo::Grid<float>& connection_m() const { return connection_m_; }
  const geo::Grid<std::uint8_t>& open_water() const { return open_water_; }
  const geo::GridGeometry& geometry() const { return geometry_; }
  const LonLatBox& bounds() const { return bounds_; }

 private:
  /// A mixture of the stages of two gauges: every reach of open water follows one.
  struct Reach {
    std::uint16_t near = 0, far = 0;  // gauge numbers
    float far_share = 0;              // 0: the near one alone, unless it has no reading
  };
  /// Range of cells that a tile may show: columns [left, right), rows [top, bottom).
  struct TileWindow {
    geo::TileId tile;
    int left = 0, right = 0, top = 0, bottom = 0;
  };
  /// Projectors are not thread-safe: each user borrows one and returns it.
  class ProjectorLease;

  FloodTerrain() = default;
  absl::Status ReadRasters(const storage::CityPack& pack);
  absl::Status FindReaches(const std::vector<LonLat>& gauges);
  /// The stage of each reach; -infinity when no gauge has a reading.
  std::vector<float> ReachStages(const std::vector<GaugeLevel>& levels) const;
  absl::Status FindHollows(const std::vector<LonLat>& rain_gauges);
  absl::Status FindWindows();
  std::vector<geo::CellPoint> ToCells(const std::vector<LonLat>& points) const;

  geo::GridGeometry geometry_;
  geo::Grid<float> elevation_m_, connection_m_;
  geo::Grid<std::uint8_t> open_water_;
  std::vector<geo::CellPoint> gauges_;
  std::vector<Reach> reaches_;
  std::optional<geo::ReachTree> reach_tree_;
  std::optional<geo::DepressionMap> hollows_;
  std::vector<double> hollow_areas_m2_;  // DepressionMap::ZoneAreasM2
  std::size_t rain_zones_ = 0;
  std::optional<geo::GridAffine> affine_;
  LonLatBox bounds_;
  std::vector<TileWindow> windows_;
  mutable absl::Mutex projectors_mutex_;
  mutable std::vector<geo::Projector> projectors_ ABSL_GUARDED_BY(projectors_mutex_);
};

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_FLOOD_TERRAIN_H_
