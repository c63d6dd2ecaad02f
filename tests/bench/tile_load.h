// Load on tiles over HTTP.
#ifndef CITYLAYERS_TESTS_BENCH_TILE_LOAD_H_
#define CITYLAYERS_TESTS_BENCH_TILE_LOAD_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/tile/tile_id.h"
#include "storage/pack/city_pack.h"
#include "tests/bench/bench_city.h"

namespace citylayers::bench {

/// Tiles of the city's bounds that have streets, zooms 12 to 14: beyond 14 clients overzoom.
absl::StatusOr<std::vector<geo::TileId>> CityTiles(const storage::CityPack& pack);

/// The traffic tile whose size is nearest to 8 KiB, and its bytes.
absl::StatusOr<std::pair<geo::TileId, std::string>> TileOf8k(BenchCity& city,
                                                             const std::vector<geo::TileId>& tiles);

struct WrkResult {
  double requests_per_s = 0;
  std::string p99;
};

/// Loads an address with wrk (32 connections, one thread). Every answer must be the complete tile:
/// checked by the number of bytes that wrk read. INTERNAL: it is not, or wrk failed.
absl::StatusOr<WrkResult> RunWrk(const std::string& url, int seconds, std::size_t tile_bytes);

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_TILE_LOAD_H_
