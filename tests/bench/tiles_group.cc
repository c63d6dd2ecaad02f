#include <algorithm>
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
#include "tests/bench/tile_load.h"

namespace citylayers::bench {
namespace {

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
