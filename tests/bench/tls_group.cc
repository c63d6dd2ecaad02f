#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "tests/bench/bench_city.h"
#include "tests/bench/delta_watch.h"
#include "tests/bench/groups.h"
#include "tests/bench/shell.h"
#include "tests/bench/tile_load.h"

namespace citylayers::bench {
namespace {

constexpr char kTiles[] = "tiles.tls_vs_plain";
constexpr char kDeltas[] = "layers.tls_ack_to_delta_p99_ms";

// The same city twice.
struct Cities {
  std::unique_ptr<BenchCity> plain, tls;
};

absl::StatusOr<Cities> StartBoth(const BenchOptions& options) {
  Cities cities;
  ASSIGN_OR_RETURN(cities.plain, BenchCity::Start(options, "all"));
  ASSIGN_OR_RETURN(cities.tls, BenchCity::Start(options, "all", BenchCity::Transport::kTls));
  for (BenchCity* const city : {cities.plain.get(), cities.tls.get()}) {
    std::mt19937 random(6);
    RETURN_IF_ERROR(city->FillTraffic(random));
  }
  return cities;
}

absl::Status MeasureTiles(const BenchOptions& options, const Cities& cities, Report& report) {
  ASSIGN_OR_RETURN(const auto tiles, CityTiles(cities.plain->pack()));
  ASSIGN_OR_RETURN(const auto tile, TileOf8k(*cities.plain, tiles));
  // The tile of the other city has other data times, and so nearly the same size.
  const std::size_t bytes = tile.second.size() / 10 * 9;
  const auto url_of = [&](const BenchCity& city) {
    return StrCat(city.url(), "/tiles/traffic/", tile.first.ToString(), ".mvt");
  };
  // Alternating, so that other load of the machine affects both.
  const int rounds = options.quick ? 3 : 7, seconds = options.quick ? 2 : 6;
  std::vector<double> plain, tls;
  std::string plain_p99, tls_p99;
  for (int round = 0; round < rounds; ++round) {
    ASSIGN_OR_RETURN(const WrkResult without, RunWrk(url_of(*cities.plain), seconds, bytes));
    ASSIGN_OR_RETURN(const WrkResult with, RunWrk(url_of(*cities.tls), seconds, bytes));
    plain.push_back(without.requests_per_s);
    tls.push_back(with.requests_per_s);
    plain_p99 = without.p99;
    tls_p99 = with.p99;
  }
  const double plain_rate = PercentilesOf(plain).p50, tls_rate = PercentilesOf(tls).p50;
  report.Add({.name = kTiles,
              .value = tls_rate / plain_rate,
              .unit = "of the rate without TLS",
              .note = absl::StrFormat(
                  "%s of %d bytes, wrk -t1 -c32 on kept connections, %d x %d s in turns: TLS %.0f "
                  "requests/s, p99 %s; plain %.0f, p99 %s",
                  tile.first.ToString(), tile.second.size(), rounds, seconds, tls_rate, tls_p99,
                  plain_rate, plain_p99),
              .peer = "the same server without TLS",
              .peer_value = 1,
              .ratio = tls_rate / plain_rate});
  return absl::OkStatus();
}

absl::Status MeasureDeltas(const BenchOptions& options, const Cities& cities, Report& report) {
  const int rounds = options.quick ? 40 : 400;
  ASSIGN_OR_RETURN(const Percentiles plain, AckToDelta(*cities.plain, rounds));
  ASSIGN_OR_RETURN(const Percentiles tls, AckToDelta(*cities.tls, rounds));
  report.Add({.name = kDeltas,
              .value = tls.p99,
              .unit = "ms",
              .note = StrCat("one reading acknowledged -> its delta at a gRPC client on loopback "
                             "over TLS, 250 ms tick; ",
                             TextOf(tls, "ms")),
              .peer = "the same server without TLS",
              .peer_value = plain.p99,
              .ratio = plain.p99 / tls.p99});
  return absl::OkStatus();
}

}  // namespace

void RunTls(const BenchOptions& options, Report& report) {
  const auto cities = StartBoth(options);
  if (!cities.ok()) return report.Fail(kTiles, cities.status());
  if (const absl::Status deltas = MeasureDeltas(options, *cities, report); !deltas.ok()) {
    report.Fail(kDeltas, deltas);
  }
  if (!HaveProgram("wrk")) return report.Skip(kTiles, "wrk is not installed (Debian package wrk)");
  const absl::Status tiles = MeasureTiles(options, *cities, report);
  if (!tiles.ok()) report.Fail(kTiles, tiles);
}

}  // namespace citylayers::bench
