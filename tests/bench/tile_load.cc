#include "tests/bench/tile_load.h"

#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_format.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "tests/bench/shell.h"

namespace citylayers::bench {
namespace {

constexpr std::size_t kTileBytes = 8192;

}  // namespace

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

}  // namespace citylayers::bench
