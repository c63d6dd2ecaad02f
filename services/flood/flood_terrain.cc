#include "services/flood/flood_terrain.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "geo/flood/stage_depth.h"
#include "geo/raster/raster_file.h"
#include "geo/tile/covering.h"

namespace citylayers::flood {
namespace {

constexpr int kMixSteps = 16;  // number of mixtures between two gauges

double SquaredDistance(geo::CellPoint a, geo::CellPoint b) {
  return (a.column - b.column) * (a.column - b.column) + (a.row - b.row) * (a.row - b.row);
}

}  // namespace

class FloodTerrain::ProjectorLease {
 public:
  explicit ProjectorLease(const FloodTerrain& terrain) : terrain_(terrain) {
    {
      absl::MutexLock lock(&terrain_.projectors_mutex_);
      if (!terrain_.projectors_.empty()) {
        projector_ = std::move(terrain_.projectors_.back());
        terrain_.projectors_.pop_back();
        return;
      }
    }
    // Load has made a projector from the same text, so that this succeeds.
    projector_ = geo::Projector::Make("EPSG:4326", terrain_.geometry_.crs_wkt).value();
  }
  ~ProjectorLease() {
    absl::MutexLock lock(&terrain_.projectors_mutex_);
    terrain_.projectors_.push_back(*std::move(projector_));
  }
  geo::CellPoint ToCell(LonLat p) const {
    const auto on_map = projector_->Forward({p.lon_deg, p.lat_deg});
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    if (!on_map.ok()) return {kNan, kNan};
    return terrain_.affine_->ToCell({on_map->x, on_map->y});
  }
  absl::StatusOr<LonLat> ToLonLat(geo::CellPoint cell) const {
    const geo::GridPoint on_map = terrain_.affine_->ToMap(cell);
    ASSIGN_OR_RETURN(const geo::MapPoint p, projector_->Inverse({on_map.x, on_map.y}));
    return LonLat{p.x, p.y};
  }

 private:
  const FloodTerrain& terrain_;
  std::optional<geo::Projector> projector_;
};

absl::StatusOr<std::unique_ptr<FloodTerrain>> FloodTerrain::Load(
    const storage::CityPack& pack, const std::vector<LonLat>& gauges,
    const std::vector<LonLat>& rain_gauges) {
  auto terrain = std::unique_ptr<FloodTerrain>(new FloodTerrain());
  RETURN_IF_ERROR(terrain->ReadRasters(pack));
  RETURN_IF_ERROR(terrain->FindReaches(gauges));
  RETURN_IF_ERROR(terrain->FindHollows(rain_gauges));
  RETURN_IF_ERROR(terrain->FindWindows());
  return terrain;
}

absl::Status FloodTerrain::ReadRasters(const storage::CityPack& pack) {
  if (!pack.has_terrain()) {
    return absl::FailedPreconditionError(
        StrCat("the city pack has no terrain: ", pack.manifest().AbsentReason("terrain")));
  }
  ASSIGN_OR_RETURN(geo::Raster elevation, geo::ReadRaster(pack.terrain_path()));
  ASSIGN_OR_RETURN(geo::Raster connection, geo::ReadRaster(pack.connection_path()));
  ASSIGN_OR_RETURN(geo::Raster water, geo::ReadRaster(pack.water_path()));
  if (connection.values.columns() != elevation.values.columns() ||
      connection.values.rows() != elevation.values.rows() ||
      water.values.columns() != elevation.values.columns() ||
      water.values.rows() != elevation.values.rows()) {
    return absl::DataLossError(
        StrCat(pack.directory(), ": terrain, connection level and water differ in size"));
  }
  geometry_ = std::move(elevation.geometry);
  elevation_m_ = std::move(elevation.values);
  connection_m_ = std::move(connection.values);
  for (float& level : connection_m_.cells()) {
    // Not every reader of GeoTIFF supports infinity: cells that no path reaches are stored as
    // no-data.
    if (std::isnan(level)) level = std::numeric_limits<float>::infinity();
  }
  open_water_ = geo::Grid<std::uint8_t>(elevation_m_.columns(), elevation_m_.rows());
  for (std::size_t i = 0; i < open_water_.size(); ++i)
    open_water_[i] = water.values[i] > 0.5F ? 1 : 0;
  ASSIGN_OR_RETURN(geo::GridAffine affine, geo::GridAffine::Make(geometry_.affine));
  affine_ = affine;
  ASSIGN_OR_RETURN(geo::Projector projector, geo::Projector::Make("EPSG:4326", geometry_.crs_wkt));
  absl::MutexLock lock(&projectors_mutex_);
  projectors_.push_back(std::move(projector));
  return absl::OkStatus();
}

std::vector<geo::CellPoint> FloodTerrain::ToCells(const std::vector<LonLat>& points) const {
  const ProjectorLease projector(*this);
  std::vector<geo::CellPoint> cells;
  for (LonLat p : points) cells.push_back(projector.ToCell(p));
  return cells;
}

absl::Status FloodTerrain::FindReaches(const std::vector<LonLat>& gauges) {
  gauges_ = ToCells(gauges);
  const std::vector<geo::CellPoint>& places = gauges_;
  geo::Grid<std::uint16_t> seeds(elevation_m_.columns(), elevation_m_.rows(), geo::kNoReach);
  std::map<std::array<int, 3>, std::uint16_t> numbers;
  for (int row = 0; row < seeds.rows() && !places.empty(); ++row) {
    for (int column = 0; column < seeds.columns(); ++column) {
      if (open_water_.at(column, row) == 0) continue;
      const geo::CellPoint here{column + 0.5, row + 0.5};
      std::size_t near = 0, far = 0;
      double near_d2 = std::numeric_limits<double>::infinity(), far_d2 = near_d2;
      for (std::size_t g = 0; g < places.size(); ++g) {
        const double d2 = SquaredDistance(here, places[g]);
        if (d2 < near_d2) {
          far = near;
          far_d2 = near_d2;
          near = g;
          near_d2 = d2;
        } else if (d2 < far_d2) {
          far = g;
          far_d2 = d2;
        }
      }
      const double d_near = std::sqrt(near_d2), d_far = std::sqrt(far_d2);
      const double share =
          std::isfinite(d_far) && d_near + d_far > 0 ? d_near / (d_near + d_far) : 0;
      const int step = static_cast<int>(std::lround(share * kMixSteps));
      // The far gauge is part of the key even at the near one's place: it is used when the near one
      // has no reading.
      const std::array<int, 3> key = {static_cast<int>(near), static_cast<int>(far), step};
      auto [it, added] = numbers.try_emplace(key, static_cast<std::uint16_t>(reaches_.size()));
      if (added) {
        if (reaches_.size() == geo::kNoReach) {
          return absl::FailedPreconditionError(
              StrCat(gauges.size(), " water-level gauges divide the open water into more than ",
                     geo::kNoReach, " reaches; leave some out of stations.toml"));
        }
        reaches_.push_back({static_cast<std::uint16_t>(key[0]), static_cast<std::uint16_t>(key[1]),
                            static_cast<float>(step) / kMixSteps});
      }
      seeds.at(column, row) = it->second;
    }
  }
  ASSIGN_OR_RETURN(reach_tree_, geo::ReachTree::Build(elevation_m_, connection_m_, seeds));
  return absl::OkStatus();
}

absl::Status FloodTerrain::FindHollows(const std::vector<LonLat>& rain_gauges) {
  if (rain_gauges.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(hollows_,
                   geo::DepressionMap::Build(elevation_m_, open_water_, affine_->CellArea()));
  const std::vector<geo::CellPoint> places = ToCells(rain_gauges);
  rain_zones_ = std::min(places.size(), kRainGaugesMax);
  geo::Grid<std::uint8_t> zones(elevation_m_.columns(), elevation_m_.rows());
  for (int row = 0; row < zones.rows(); ++row) {
    for (int column = 0; column < zones.columns(); ++column) {
      double best = std::numeric_limits<double>::infinity();
      for (std::size_t g = 0; g < rain_zones_; ++g) {
        const double d2 = SquaredDistance({column + 0.5, row + 0.5}, places[g]);
        if (d2 < best) {
          best = d2;
          zones.at(column, row) = static_cast<std::uint8_t>(g);
        }
      }
    }
  }
  hollow_areas_m2_ = hollows_->ZoneAreasM2(zones, rain_zones_);
  return absl::OkStatus();
}

absl::Status FloodTerrain::FindWindows() {
  const ProjectorLease projector(*this);
  constexpr int kSteps = 16;  // points along each border of the grid, for its box
  for (int i = 0; i <= kSteps; ++i) {
    for (int j = 0; j <= kSteps; ++j) {
      const geo::CellPoint cell{elevation_m_.columns() * static_cast<double>(i) / kSteps,
                                elevation_m_.rows() * static_cast<double>(j) / kSteps};
      if (auto p = projector.ToLonLat(cell); p.ok()) bounds_.Extend(*p);
    }
  }
  if (bounds_.IsEmpty()) return absl::DataLossError("the terrain is outside the map");
  ASSIGN_OR_RETURN(const geo::TileId north_west,
                   geo::TileId::FromLonLat({bounds_.west_deg, bounds_.north_deg}, kChangeZoom));
  ASSIGN_OR_RETURN(const geo::TileId south_east,
                   geo::TileId::FromLonLat({bounds_.east_deg, bounds_.south_deg}, kChangeZoom));
  for (std::uint32_t y = north_west.y(); y <= south_east.y(); ++y) {
    for (std::uint32_t x = north_west.x(); x <= south_east.x(); ++x) {
      ASSIGN_OR_RETURN(const geo::TileId tile, geo::TileId::Make(kChangeZoom, x, y));
      const LonLatBox box = tile.Bounds();
      double left = 1e18, right = -1e18, top = 1e18, bottom = -1e18;
      for (const LonLat corner :
           {LonLat{box.west_deg, box.north_deg}, LonLat{box.east_deg, box.north_deg},
            LonLat{box.west_deg, box.south_deg}, LonLat{box.east_deg, box.south_deg}}) {
        const geo::CellPoint cell = projector.ToCell(corner);
        left = std::min(left, cell.column), right = std::max(right, cell.column);
        top = std::min(top, cell.row), bottom = std::max(bottom, cell.row);
      }
      // Two more cells on each side: samples use the neighbouring cells.
      TileWindow window{.tile = tile,
                        .left = std::max(0, static_cast<int>(left) - 2),
                        .right = std::min(elevation_m_.columns(), static_cast<int>(right) + 3),
                        .top = std::max(0, static_cast<int>(top) - 2),
                        .bottom = std::min(elevation_m_.rows(), static_cast<int>(bottom) + 3)};
      if (window.left < window.right && window.top < window.bottom) windows_.push_back(window);
    }
  }
  return absl::OkStatus();
}

std::vector<float> FloodTerrain::ReachStages(const std::vector<GaugeLevel>& levels) const {
  // For a gauge without a reading: the nearest gauge with one.
  std::vector<std::optional<double>> spoken_m(levels.size());
  for (std::size_t g = 0; g < levels.size(); ++g) {
    double nearest_d2 = std::numeric_limits<double>::infinity();
    for (std::size_t other = 0; other < levels.size(); ++other) {
      const double d2 = SquaredDistance(gauges_[g], gauges_[other]);
      if (!levels[other].known || !(d2 < nearest_d2)) continue;
      nearest_d2 = d2;
      spoken_m[g] = levels[other].stage_m;
    }
  }
  std::vector<float> stages_m;
  stages_m.reserve(reaches_.size());
  for (const Reach& reach : reaches_) {
    const GaugeLevel& near = levels[reach.near];
    const GaugeLevel& far = levels[reach.far];
    double stage_m = -std::numeric_limits<double>::infinity();
    if (near.known && far.known) {
      stage_m = near.stage_m + (far.stage_m - near.stage_m) * reach.far_share;
    } else if (near.known || far.known) {
      stage_m = near.known ? near.stage_m : far.stage_m;
    } else if (spoken_m[reach.near].has_value()) {
      stage_m = *spoken_m[reach.near];
    }
    stages_m.push_back(static_cast<float>(stage_m));
  }
  return stages_m;
}

void FloodTerrain::Depth(const std::vector<GaugeLevel>& levels,
                         const std::vector<double>& standing_mm, geo::Grid<float>* depth_m) const {
  const std::vector<float> stages_m = ReachStages(levels);
  if (std::adjacent_find(stages_m.begin(), stages_m.end(), std::not_equal_to<>()) ==
          stages_m.end() &&
      !stages_m.empty()) {
    geo::DepthAtStage(elevation_m_, connection_m_, stages_m[0], depth_m);
  } else {
    reach_tree_->Depth(elevation_m_, connection_m_, stages_m, depth_m);
  }
  const bool rain =
      std::any_of(standing_mm.begin(), standing_mm.end(), [](double mm) { return mm > 0; });
  if (hollows_.has_value() && rain) {
    std::vector<double> runoff_m(rain_zones_);
    for (std::size_t z = 0; z < rain_zones_; ++z) runoff_m[z] = standing_mm[z] / 1000;
    hollows_->RaiseToPonds(hollows_->Fill(geo::DepressionMap::InflowM3(hollow_areas_m2_, runoff_m)),
                           depth_m);
  }
  for (std::size_t i = 0; i < depth_m->size(); ++i) {
    if (open_water_[i] != 0) (*depth_m)[i] = 0;
  }
}

geo::Grid<float> FloodTerrain::DepthAt(double stage_m) const {
  geo::Grid<float> depth_m;
  geo::DepthAtStage(elevation_m_, connection_m_, static_cast<float>(stage_m), &depth_m);
  for (std::size_t i = 0; i < depth_m.size(); ++i) {
    if (open_water_[i] != 0) depth_m[i] = 0;
  }
  return depth_m;
}

std::optional<std::size_t> FloodTerrain::CellAt(LonLat p) const {
  return geo::CellIndexAt(elevation_m_, ProjectorLease(*this).ToCell(p));
}

geo::Grid<float> FloodTerrain::SampleTile(const geo::Grid<float>& depth_m, geo::TileId tile,
                                          const geo::TileLattice& lattice) const {
  const ProjectorLease projector(*this);
  return geo::SampleDepthTile(depth_m, tile, lattice,
                              [&projector](LonLat p) { return projector.ToCell(p); });
}

std::vector<geo::TileId> FloodTerrain::ChangedTiles(const geo::Grid<float>& before_m,
                                                    const geo::Grid<float>& after_m) const {
  std::vector<geo::TileId> changed;
  for (const TileWindow& window : windows_) {
    bool differs = false;
    for (int row = window.top; row < window.bottom && !differs; ++row) {
      const float* a = &before_m.at(window.left, row);
      const float* b = &after_m.at(window.left, row);
      differs = !std::equal(a, a + (window.right - window.left), b);
    }
    if (differs) changed.push_back(window.tile);
  }
  return changed;
}

std::vector<std::int32_t> FloodTerrain::SegmentDepthsCm(const geo::Grid<float>& depth_m,
                                                        const storage::CityPack& pack) const {
  const storage::SegmentTable& roads = pack.segments();
  std::vector<std::int32_t> depths_cm(roads.size());
  for (std::uint32_t segment = 0; segment < roads.size(); ++segment) {
    if (roads[segment].is_bridge() || roads[segment].is_tunnel()) continue;
    float deepest_m = 0;
    for (std::uint32_t cell : pack.segment_cells()->cells(segment))
      deepest_m = std::max(deepest_m, depth_m[cell]);
    depths_cm[segment] = static_cast<std::int32_t>(std::lround(deepest_m * 100));
  }
  return depths_cm;
}

}  // namespace citylayers::flood
