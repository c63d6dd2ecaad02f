#include "geo/tile/covering.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "geo/projection/web_mercator.h"
#include "geo/tile/tile_geometry.h"

namespace citylayers::geo {
namespace {

absl::Status TooManyTiles(int z, std::size_t max_tiles) {
  return absl::ResourceExhaustedError(absl::StrCat("covering at zoom ", z, " needs more than ",
                                                   max_tiles,
                                                   " tiles; use a lower zoom or a smaller area"));
}

absl::Status CheckZoom(int z) { return TileId::Make(z, 0, 0).status(); }

std::int64_t Cell(double world, int z) {
  const double side = std::ldexp(1.0, z);
  return static_cast<std::int64_t>(std::clamp(std::floor(world * side), 0.0, side - 1));
}

struct Range {
  double min = 0;
  double max = 0;
};

// The x range of the part of segment a-b within the band y0..y1. REQUIRES: it reaches the band.
Range XWithinBand(WorldPoint a, WorldPoint b, double y0, double y1) {
  if (a.y > b.y) std::swap(a, b);
  const double dy = b.y - a.y;
  if (dy == 0) return {std::min(a.x, b.x), std::max(a.x, b.x)};
  const auto x_at = [&](double y) {
    return a.x + std::clamp((y - a.y) / dy, 0.0, 1.0) * (b.x - a.x);
  };
  const double enter = x_at(y0), leave = x_at(y1);
  return {std::min(enter, leave), std::max(enter, leave)};
}

}  // namespace

absl::StatusOr<std::vector<TileId>> TilesCoveringBox(const LonLatBox& box, int z,
                                                     std::size_t max_tiles) {
  RETURN_IF_ERROR(CheckZoom(z));
  std::vector<TileId> tiles;
  if (box.IsEmpty()) return tiles;
  if (!std::isfinite(box.west_deg + box.south_deg + box.east_deg + box.north_deg)) {
    return absl::InvalidArgumentError("covering: the box has a corner that is not finite");
  }
  const WorldPoint north_west = WorldFromLonLat({box.west_deg, box.north_deg});
  const WorldPoint south_east = WorldFromLonLat({box.east_deg, box.south_deg});
  const std::int64_t x0 = Cell(north_west.x, z), x1 = Cell(south_east.x, z);
  const std::int64_t y0 = Cell(north_west.y, z), y1 = Cell(south_east.y, z);
  if (static_cast<std::size_t>(x1 - x0 + 1) > max_tiles / static_cast<std::size_t>(y1 - y0 + 1)) {
    return TooManyTiles(z, max_tiles);
  }
  for (std::int64_t y = y0; y <= y1; ++y) {
    for (std::int64_t x = x0; x <= x1; ++x) tiles.push_back(*TileId::Make(z, x, y));
  }
  std::sort(tiles.begin(), tiles.end());
  return tiles;
}

absl::StatusOr<std::vector<TileId>> TilesCoveringLine(std::span<const LonLat> line, int z,
                                                      double buffer, std::size_t max_tiles) {
  RETURN_IF_ERROR(CheckZoom(z));
  std::vector<TileId> tiles;
  const double size = std::ldexp(1.0, -z);
  const double margin = buffer / kTileExtent * size;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const WorldPoint a = WorldFromLonLat(line[i == 0 ? 0 : i - 1]);
    const WorldPoint b = WorldFromLonLat(line[i]);
    if (!std::isfinite(a.x + a.y + b.x + b.y)) {
      return absl::InvalidArgumentError(
          absl::StrCat("covering: point ", i, " of the line is not finite"));
    }
    if (i == 0 && line.size() > 1) continue;
    const std::int64_t y0 = Cell(std::min(a.y, b.y) - margin, z);
    const std::int64_t y1 = Cell(std::max(a.y, b.y) + margin, z);
    for (std::int64_t y = y0; y <= y1; ++y) {
      const Range x = XWithinBand(a, b, static_cast<double>(y) * size - margin,
                                  static_cast<double>(y + 1) * size + margin);
      const std::int64_t x1 = Cell(x.max + margin, z);
      for (std::int64_t column = Cell(x.min - margin, z); column <= x1; ++column) {
        const TileId tile = *TileId::Make(z, column, y);
        if (!tiles.empty() && tiles.back() == tile) continue;
        if (tiles.size() >= max_tiles) return TooManyTiles(z, max_tiles);
        tiles.push_back(tile);
      }
    }
  }
  std::sort(tiles.begin(), tiles.end());
  tiles.erase(std::unique(tiles.begin(), tiles.end()), tiles.end());
  return tiles;
}

}  // namespace citylayers::geo
