#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "geo/flood/connection_level.h"
#include "geo/flood/reach_tree.h"
#include "geo/flood/stage_depth.h"
#include "geo/raster/raster_file.h"
#include "storage/pack/city_pack.h"
#include "tests/bench/groups.h"
#include "tests/bench/shell.h"

namespace citylayers::bench {
namespace {

using geo::Grid;

constexpr float kHighStageM = 1.7f;
constexpr float kRiverBedM =
    -10.0f;  // assumed where the pack does not know the depth of open water

struct Terrain {
  Grid<float> elevation_m;
  Grid<float> level_m;
  Grid<std::uint8_t> water;
};

absl::StatusOr<Terrain> ReadTerrain(const std::string& pack_directory) {
  ASSIGN_OR_RETURN(const auto pack, storage::CityPack::Open(pack_directory));
  if (!pack->has_terrain()) return absl::NotFoundError("the pack has no terrain");
  ASSIGN_OR_RETURN(geo::Raster elevation, geo::ReadRaster(pack->terrain_path()));
  ASSIGN_OR_RETURN(const geo::Raster water, geo::ReadRaster(pack->water_path()));
  Terrain terrain{.elevation_m = std::move(elevation.values),
                  .water = Grid<std::uint8_t>(water.values.columns(), water.values.rows())};
  for (std::size_t i = 0; i < terrain.water.size(); ++i) {
    terrain.water[i] = water.values[i] > 0 ? 1 : 0;
    if (terrain.water[i] != 0 && std::isnan(terrain.elevation_m[i])) {
      terrain.elevation_m[i] = kRiverBedM;
    }
  }
  return terrain;
}

// Milliseconds per million cells, over `rounds` runs.
Percentiles TimePerMcell(std::size_t cells, int rounds, const std::function<void(int)>& run) {
  std::vector<double> times_ms;
  for (int round = 0; round < rounds; ++round) {
    const absl::Time start = absl::Now();
    run(round);
    times_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - start) * 1e6 /
                       static_cast<double>(cells));
  }
  return PercentilesOf(times_ms);
}

// Fills from `queue` every lower neighbour for which `entered` returns true.
template <typename Entered>
void Walk(const Grid<float>& elevation_m, float stage_m, std::vector<std::size_t> queue,
          Grid<float>* depth_m, const Entered& entered) {
  const auto visit = [&](std::size_t i) {
    if ((*depth_m)[i] > 0 || !(elevation_m[i] < stage_m) || !entered(i)) return;
    (*depth_m)[i] = stage_m - elevation_m[i];
    queue.push_back(i);
  };
  const auto columns = static_cast<std::size_t>(elevation_m.columns());
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const int column = static_cast<int>(queue[next] % columns);
    const int row = static_cast<int>(queue[next] / columns);
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) {
        if (elevation_m.Contains(column + dx, row + dy)) {
          visit(elevation_m.IndexOf(column + dx, row + dy));
        }
      }
    }
  }
}

// The simplest implementation: fills from all open water to every lower neighbour.
void PlainFloodFill(const Terrain& terrain, float stage_m, Grid<float>* depth_m) {
  const Grid<float>& elevation_m = terrain.elevation_m;
  *depth_m = Grid<float>(elevation_m.columns(), elevation_m.rows());
  std::vector<std::size_t> seeds;
  for (std::size_t i = 0; i < terrain.water.size(); ++i) {
    if (terrain.water[i] == 0 || !(elevation_m[i] < stage_m)) continue;
    (*depth_m)[i] = stage_m - elevation_m[i];
    seeds.push_back(i);
  }
  Walk(elevation_m, stage_m, std::move(seeds), depth_m, [](std::size_t) { return true; });
}

// The same for each reach separately, over land; the highest stage is kept.
void PlainReachFill(const Terrain& terrain, const Grid<std::uint16_t>& reaches,
                    const std::vector<float>& stages_m, Grid<float>* depth_m) {
  const Grid<float>& elevation_m = terrain.elevation_m;
  *depth_m = Grid<float>(elevation_m.columns(), elevation_m.rows());
  for (std::size_t reach = 0; reach < stages_m.size(); ++reach) {
    Grid<float> alone_m(elevation_m.columns(), elevation_m.rows());
    std::vector<std::size_t> seeds;
    for (std::size_t i = 0; i < reaches.size(); ++i) {
      if (reaches[i] != reach || !(elevation_m[i] < stages_m[reach])) continue;
      alone_m[i] = stages_m[reach] - elevation_m[i];
      seeds.push_back(i);
    }
    Walk(elevation_m, stages_m[reach], std::move(seeds), &alone_m,
         [&reaches](std::size_t i) { return reaches[i] == geo::kNoReach; });
    for (std::size_t i = 0; i < alone_m.size(); ++i) {
      (*depth_m)[i] = std::max((*depth_m)[i], alone_m[i]);
    }
  }
}

// Three gauges in a row from west to east, with 16 stage steps between neighbours.
constexpr std::uint16_t kReaches = 33;

std::vector<float> ReachStages(int round) {
  const float west_m = 1.2F + 0.05F * static_cast<float>(round % 11);
  const float middle_m = 1.5F + 0.03F * static_cast<float>(round % 7);
  const float east_m = 1.7F - 0.04F * static_cast<float>(round % 9);
  std::vector<float> stages_m;
  for (int reach = 0; reach < kReaches; ++reach) {
    const float share = static_cast<float>(reach % 16) / 16;
    stages_m.push_back(reach < 16 ? std::lerp(west_m, middle_m, share)
                                  : std::lerp(middle_m, east_m, reach == 32 ? 1.0F : share));
  }
  return stages_m;
}

void RunGauges(const Terrain& terrain, const BenchOptions& options, Report& report) {
  constexpr const char* kName = "flood.gauges_ms_per_mcell";
  const std::size_t cells = terrain.elevation_m.size();
  Grid<std::uint16_t> reaches(terrain.water.columns(), terrain.water.rows(), geo::kNoReach);
  for (int row = 0; row < reaches.rows(); ++row) {
    for (int column = 0; column < reaches.columns(); ++column) {
      if (terrain.water.at(column, row) == 0) continue;
      reaches.at(column, row) = static_cast<std::uint16_t>(column * kReaches / reaches.columns());
    }
  }
  const absl::Time start = absl::Now();
  const auto tree = geo::ReachTree::Build(terrain.elevation_m, terrain.level_m, reaches);
  if (!tree.ok()) return report.Fail(kName, tree.status());
  const absl::Duration build = absl::Now() - start;
  Grid<float> depth_m, plain_m;
  const Percentiles ours = TimePerMcell(cells, options.quick ? 45 : 300, [&](int round) {
    tree->Depth(terrain.elevation_m, terrain.level_m, ReachStages(round), &depth_m);
  });
  std::size_t differ = 0;
  const Percentiles plain = TimePerMcell(cells, options.quick ? 2 : 5, [&](int round) {
    PlainReachFill(terrain, reaches, ReachStages(round), &plain_m);
  });
  for (int round = 0; round < 2; ++round) {
    tree->Depth(terrain.elevation_m, terrain.level_m, ReachStages(round), &depth_m);
    PlainReachFill(terrain, reaches, ReachStages(round), &plain_m);
    for (std::size_t i = 0; i < cells; ++i) differ += depth_m[i] != plain_m[i] ? 1 : 0;
  }
  if (differ != 0) {
    return report.Fail(kName,
                       absl::InternalError(StrCat(differ, " cells differ from the flood-fill")));
  }
  report.Add({.name = kName,
              .value = ours.p50,
              .unit = "ms",
              .note = absl::StrFormat("%d cells, %d reaches between three gauges, %d nodes made in "
                                      "%.0f ms; every depth equals the peer's; %s",
                                      cells, kReaches, tree->node_count(),
                                      absl::ToDoubleMilliseconds(build), TextOf(ours, "ms")),
              .peer = "plain flood-fill per reach",
              .peer_value = plain.p50,
              .ratio = plain.p50 / ours.p50});
}

// Seconds of r.lake at one stage, from the lowest open water; without the import of the terrain.
absl::StatusOr<double> TimeLake(const Terrain& terrain, const std::string& directory) {
  const int columns = terrain.elevation_m.columns(), rows = terrain.elevation_m.rows();
  std::size_t seed = terrain.water.size();
  for (std::size_t i = 0; i < terrain.water.size(); ++i) {
    if (terrain.water[i] == 0 || !(terrain.elevation_m[i] < kHighStageM)) continue;
    if (seed == terrain.water.size() || terrain.elevation_m[i] < terrain.elevation_m[seed])
      seed = i;
  }
  if (seed == terrain.water.size()) return absl::NotFoundError("the terrain has no open water");
  const std::string dem = directory + "/dem.tif";
  const geo::GridGeometry index_space{
      .columns = columns, .rows = rows, .affine = {0, 1, 0, static_cast<double>(rows), 0, -1}};
  RETURN_IF_ERROR(geo::WriteGeoTiff(dem, index_space, terrain.elevation_m));
  const double x = static_cast<double>(seed % static_cast<std::size_t>(columns)) + 0.5;
  const std::size_t row = seed / static_cast<std::size_t>(columns);
  const double y = rows - static_cast<double>(row) - 0.5;
  const std::string script = absl::StrFormat(
      "r.in.gdal -o input=%s output=dem --quiet && g.region raster=dem && s=$(date +%%s%%N) && "
      "r.lake elevation=dem water_level=%g lake=lake coordinates=%.1f,%.1f --quiet && "
      "e=$(date +%%s%%N) && echo took $((e - s))",
      dem, kHighStageM, x, y);
  ASSIGN_OR_RETURN(
      const std::string output,
      RunShell(StrCat("HOME='", directory, "' timeout 60 grass --tmp-location XY --exec sh -c '",
                      script, "'")));
  const std::vector<std::string> parts = absl::StrSplit(output, "\ntook ");
  double nanoseconds = 0;
  const std::string digits(parts.back(), 0, parts.back().find_first_not_of("0123456789"));
  if (parts.size() < 2 || !absl::SimpleAtod(digits, &nanoseconds)) {
    return absl::InternalError(StrCat("r.lake printed: ", output));
  }
  return nanoseconds / 1e9;
}

}  // namespace

void RunFlood(const BenchOptions& options, Report& report) {
  auto terrain = ReadTerrain(options.pack);
  if (!terrain.ok()) return report.Fail("flood.stage_ms_per_mcell", terrain.status());
  const std::size_t cells = terrain->elevation_m.size();
  const std::string where = StrCat(cells, " cells of the embedded city");

  const Percentiles connection = TimePerMcell(cells, options.quick ? 3 : 10, [&](int) {
    terrain->level_m = *geo::ConnectionLevel(terrain->elevation_m, terrain->water);
  });
  report.Add({.name = "flood.connection_ms_per_mcell",
              .value = connection.p50,
              .unit = "ms",
              .note = StrCat(where, "; ", TextOf(connection, "ms"))});

  Grid<float> depth_m;
  const auto stage_m = [](int round) { return 0.5f + 0.1f * static_cast<float>(round % 15); };
  geo::DepthAtStage(terrain->elevation_m, terrain->level_m, kHighStageM, &depth_m);
  const Percentiles ours = TimePerMcell(cells, options.quick ? 45 : 300, [&](int round) {
    geo::DepthAtStage(terrain->elevation_m, terrain->level_m, stage_m(round), &depth_m);
  });
  const Percentiles plain = TimePerMcell(cells, options.quick ? 6 : 15, [&](int round) {
    PlainFloodFill(*terrain, stage_m(round * 5), &depth_m);
  });
  report.Add({.name = "flood.stage_ms_per_mcell",
              .value = ours.p50,
              .unit = "ms",
              .note = StrCat(where, ", stages 0.5 to 1.9 m; ", TextOf(ours, "ms")),
              .peer = "plain flood-fill",
              .peer_value = plain.p50,
              .ratio = plain.p50 / ours.p50});

  RunGauges(*terrain, options, report);

  if (!HaveProgram("grass")) {
    return report.Skip("flood.stage_vs_rlake",
                       "grass is not installed (Debian package grass-core)");
  }
  const absl::StatusOr<double> lake_s = TimeLake(*terrain, options.directory);
  if (!lake_s.ok()) return report.Fail("flood.stage_vs_rlake", lake_s.status());
  const double ours_s = ours.p50 / 1e3 * static_cast<double>(cells) / 1e6;
  report.Add({.name = "flood.stage_vs_rlake",
              .value = *lake_s / ours_s,
              .unit = "times faster",
              .note = absl::StrFormat("%s at %.1f m: r.lake %.2f s with its start and files, ours "
                                      "%.2f ms in memory",
                                      where, kHighStageM, *lake_s, ours_s * 1e3),
              .peer = "GRASS r.lake",
              .peer_value = 1,
              .ratio = *lake_s / ours_s});
}

}  // namespace citylayers::bench
