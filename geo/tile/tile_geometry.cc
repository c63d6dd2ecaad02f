#include "geo/tile/tile_geometry.h"

#include <cmath>

#include "geo/projection/web_mercator.h"

namespace citylayers::geo {

TileTransform::TileTransform(TileId tile, std::uint32_t extent)
    : units_per_world_(std::ldexp(static_cast<double>(extent), tile.z())),
      origin_x_(static_cast<double>(tile.x()) * extent),
      origin_y_(static_cast<double>(tile.y()) * extent) {}

TilePoint TileTransform::FromLonLat(LonLat p) const {
  const WorldPoint w = WorldFromLonLat(p);
  return {w.x * units_per_world_ - origin_x_, w.y * units_per_world_ - origin_y_};
}

LonLat TileTransform::ToLonLat(TilePoint p) const {
  return LonLatFromWorld(
      {(p.x + origin_x_) / units_per_world_, (p.y + origin_y_) / units_per_world_});
}

TileLine TileTransform::FromLonLat(std::span<const LonLat> line) const {
  TileLine out;
  out.reserve(line.size());
  for (const LonLat& p : line) out.push_back(FromLonLat(p));
  return out;
}

double SignedArea(std::span<const TilePoint> ring) {
  if (ring.size() < 3) return 0;
  // Relative to the first point, so that distant rings lose no precision.
  const TilePoint o = ring[0];
  double twice = 0;
  for (std::size_t i = 1; i + 1 < ring.size(); ++i) {
    twice += (ring[i].x - o.x) * (ring[i + 1].y - o.y) - (ring[i + 1].x - o.x) * (ring[i].y - o.y);
  }
  return twice / 2;
}

}  // namespace citylayers::geo
