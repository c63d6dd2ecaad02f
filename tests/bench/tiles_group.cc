#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "geo/tile/tile_id.h"
#include "tests/bench/bench_city.h"
#include "tests/bench/groups.h"
#include "tests/bench/nginx.h"
#include "tests/bench/shell.h"

namespace citylayers::bench {
namespace {

constexpr std::size_t kTileBytes = 8192;

// Tiles of the city's bounds, zooms 12 to 14: beyond 14 clients overzoom.
absl::StatusOr<std::vector<geo::TileId>> CityTiles(const storage::CityPack& pack) {
  const LonLatBox& bounds = pack.manifest().bounds;
  std::vector<geo::TileId> tiles;
  for (int z = 12; z <= 14; ++z) {
    ASSIGN_OR_RETURN(const geo::TileId first,
                     geo::TileId::FromLonLat({bounds.west_deg, bounds.north_deg}, z));
    ASSIGN_OR_RETURN(const geo::TileId last,
                     geo::TileId::FromLonLat({bounds.east_deg, bounds.south_deg}, z));
    for (std::uint32_t y = first.y(); y <= last.y(); ++y) {
      for (std::uint32_t x = first.x(); x <= last.x(); ++x) {
        ASSIGN_OR_RETURN(const geo::TileId tile, geo::TileId::Make(z, x, y));
        if (pack.skeletons().Find(tile.Key())) tiles.push_back(tile);
      }
    }
  }
  return tiles;
}

// --- Uncached encoding

void MeasureCold(BenchCity& city, const std::vector<geo::TileId>& tiles, int rounds,
                 Report& report) {
  std::mt19937 random(4);
  std::vector<double> times_ms;
  std::size_t bytes = 0;
  for (int round = 0; round < rounds; ++round) {
    // New speeds everywhere, so that no tile has been encoded before.
    if (const absl::Status filled = city.FillTraffic(random); !filled.ok()) {
      return report.Fail("tiles.cold_z12_14_p50_ms", filled);
    }
    for (const geo::TileId& tile : tiles) {
      const absl::Time start = absl::Now();
      const auto got =
          city.GetTile("layers/traffic", static_cast<std::uint32_t>(tile.z()), tile.x(), tile.y());
      if (!got.ok()) return report.Fail("tiles.cold_z12_14_p50_ms", got.status());
      times_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
      bytes += got->data().size();
    }
  }
  const Percentiles times = PercentilesOf(times_ms);
  const std::string note =
      StrCat("GetTile over gRPC on loopback, ", tiles.size(),
             " tiles of zooms 12 to 14 (deeper ones are not cut), mean ", bytes / times_ms.size(),
             " bytes, every segment with a state; ", TextOf(times, "ms"));
  report.Add({.name = "tiles.cold_z12_14_p50_ms", .value = times.p50, .unit = "ms", .note = note});
  report.Add({.name = "tiles.cold_z12_14_p99_ms", .value = times.p99, .unit = "ms", .note = note});
}

// --- Compared with nginx

struct WrkResult {
  double requests_per_s = 0;
  std::string p99;
};

// Every answer must be the complete tile: checked by the number of bytes that wrk read.
absl::StatusOr<WrkResult> RunWrk(const std::string& url, int seconds, std::size_t tile_bytes) {
  ASSIGN_OR_RETURN(const std::string output,
                   RunShell(absl::StrFormat("wrk -t1 -c32 -d%ds --latency '%s'", seconds, url)));
  const std::size_t rate = output.find("Requests/sec:");
  const std::size_t transfer = output.find("Transfer/sec:");
  const std::size_t p99 = output.find("99%");
  if (rate == std::string::npos || transfer == std::string::npos || p99 == std::string::npos ||
      output.find("Non-2xx") != std::string::npos) {
    return absl::InternalError(StrCat("wrk printed: ", output));
  }
  WrkResult result;
  result.requests_per_s = std::strtod(output.c_str() + rate + 13, nullptr);
  char* unit = nullptr;
  double bytes_per_s = std::strtod(output.c_str() + transfer + 13, &unit);
  bytes_per_s *= *unit == 'G' ? 1 << 30 : *unit == 'M' ? 1 << 20 : *unit == 'K' ? 1 << 10 : 1;
  if (bytes_per_s < 0.95 * result.requests_per_s * static_cast<double>(tile_bytes)) {
    return absl::InternalError(StrCat("answers are shorter than the tile: ", output));
  }
  const std::size_t word = output.find_first_not_of(' ', p99 + 3);
  result.p99 = output.substr(word, output.find_first_of(" \n", word) - word);
  return result;
}

// The tile whose size is nearest to 8 KiB.
absl::StatusOr<std::pair<geo::TileId, std::string>> TileOf8k(
    BenchCity& city, const std::vector<geo::TileId>& tiles) {
  std::pair<geo::TileId, std::string> best;
  const auto distance = [](std::size_t bytes) {
    return bytes > kTileBytes ? bytes - kTileBytes : kTileBytes - bytes;
  };
  for (const geo::TileId& tile : tiles) {
    ASSIGN_OR_RETURN(auto got, city.GetTile("layers/traffic", static_cast<std::uint32_t>(tile.z()),
                                            tile.x(), tile.y()));
    if (distance(got.data().size()) < distance(best.second.size())) {
      best = {tile, std::move(*got.mutable_data())};
    }
  }
  return best;
}

absl::Status MeasureHttp(const BenchOptions& options, BenchCity& city,
                         const std::vector<geo::TileId>& tiles, Report& report) {
  ASSIGN_OR_RETURN(const auto tile, TileOf8k(city, tiles));
  ASSIGN_OR_RETURN(const auto nginx, Nginx::Start(options.directory + "/nginx", tile.second));
  const std::string url =
      StrCat("http://", city.http_address(), "/tiles/traffic/", tile.first.ToString(), ".mvt");
  Churn churn(city);
  // Alternating, so that other load of the machine affects both.
  const int rounds = options.quick ? 3 : 5, seconds = options.quick ? 2 : 6;
  std::vector<double> ours, theirs;
  std::string our_p99, their_p99;
  for (int round = 0; round < rounds; ++round) {
    ASSIGN_OR_RETURN(const WrkResult our, RunWrk(url, seconds, tile.second.size()));
    ASSIGN_OR_RETURN(const WrkResult their, RunWrk(nginx->url(), seconds, tile.second.size()));
    ours.push_back(our.requests_per_s);
    theirs.push_back(their.requests_per_s);
    our_p99 = our.p99;
    their_p99 = their.p99;
  }
  if (churn.Stop() > 0) return absl::InternalError("updates failed under load");
  const double our_rate = PercentilesOf(ours).p50, their_rate = PercentilesOf(theirs).p50;
  report.Add({.name = "tiles.http_8k_vs_nginx",
              .value = our_rate / their_rate,
              .unit = "of nginx's rate",
              .note = absl::StrFormat(
                  "%s of %d bytes, 5 %% of all speeds new each second; wrk -t1 -c32, %d x %d s in "
                  "turns: ours %.0f requests/s, p99 %s; nginx (2 workers) %.0f, p99 %s",
                  tile.first.ToString(), tile.second.size(), rounds, seconds, our_rate, our_p99,
                  their_rate, their_p99),
              .peer = "nginx serving the bytes as a file",
              .peer_value = 1,
              .ratio = our_rate / their_rate});
  return absl::OkStatus();
}

}  // namespace

void RunTiles(const BenchOptions& options, Report& report) {
  const auto city = BenchCity::Start(options, "all");
  if (!city.ok()) return report.Fail("tiles.cold_z12_14_p50_ms", city.status());
  const auto tiles = CityTiles((*city)->pack());
  if (!tiles.ok()) return report.Fail("tiles.cold_z12_14_p50_ms", tiles.status());
  MeasureCold(**city, *tiles, options.quick ? 2 : 10, report);
  for (const char* program : {"nginx", "wrk"}) {
    if (!HaveProgram(program)) {
      return report.Skip("tiles.http_8k_vs_nginx", StrCat(program,
                                                          " is not installed (Debian "
                                                          "packages nginx-light and wrk)"));
    }
  }
  const absl::Status http = MeasureHttp(options, **city, *tiles, report);
  if (!http.ok()) report.Fail("tiles.http_8k_vs_nginx", http);
}

}  // namespace citylayers::bench
