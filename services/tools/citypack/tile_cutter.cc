#include "services/tools/citypack/tile_cutter.h"

#include <utility>

#include "base/status_macros.h"
#include "geo/mvt/geometry.h"
#include "geo/tile/clip.h"
#include "geo/tile/covering.h"
#include "geo/tile/simplify.h"
#include "geo/tile/tile_geometry.h"
#include "services/tools/citypack/polygon_clip.h"

namespace citylayers::citypack {
namespace {

using geo::kTileExtent;

// The same points in the coordinates of another tile of the same zoom.
geo::TileLine Shifted(const geo::TileLine& line, geo::TileId from, geo::TileId to) {
  const double dx = (static_cast<double>(from.x()) - to.x()) * kTileExtent;
  const double dy = (static_cast<double>(from.y()) - to.y()) * kTileExtent;
  geo::TileLine out = line;
  for (geo::TilePoint& p : out) {
    p.x += dx;
    p.y += dy;
  }
  return out;
}

// A tile with its buffer, in the coordinates of another tile.
geo::TileBox BoxOf(geo::TileId tile, geo::TileId from) {
  const double dx = (static_cast<double>(tile.x()) - from.x()) * kTileExtent;
  const double dy = (static_cast<double>(tile.y()) - from.y()) * kTileExtent;
  const geo::TileBox box = geo::BufferedTileBox(kPolygonBuffer);
  return {box.min_x + dx, box.min_y + dy, box.max_x + dx, box.max_y + dy};
}

LonLatBox BoundsOf(std::span<const LonLat> line) {
  LonLatBox box;
  for (const LonLat& p : line) box.Extend(p);
  return box;
}

// Widened so that all tiles whose buffer intersects the box are covered.
LonLatBox Widened(LonLatBox box, int z, double buffer_units) {
  const double margin_deg = 360.0 / static_cast<double>(1 << z) * buffer_units / kTileExtent;
  box.west_deg -= margin_deg;
  box.east_deg += margin_deg;
  box.south_deg -= margin_deg;
  box.north_deg += margin_deg;
  return box;
}

}  // namespace

absl::Status CutLine(std::span<const LonLat> line, int z, const TileSink& sink) {
  ASSIGN_OR_RETURN(const std::vector<geo::TileId> tiles,
                   geo::TilesCoveringLine(line, z, kLineBuffer));
  if (tiles.empty()) return absl::OkStatus();
  const geo::TileId home = tiles.front();
  const geo::TileLine simple = geo::Simplify(geo::TileTransform(home).FromLonLat(line));
  const geo::TileBox box = geo::BufferedTileBox(kLineBuffer);
  for (const geo::TileId tile : tiles) {
    const std::vector<geo::TileLine> parts = geo::ClipLine(Shifted(simple, home, tile), box);
    std::string geometry = geo::EncodeLineGeometry(parts);
    if (!geometry.empty()) sink(tile, std::move(geometry));
  }
  return absl::OkStatus();
}

absl::Status CutPolygon(std::span<const std::vector<LonLat>> rings, int z, const TileSink& sink) {
  if (rings.empty() || rings[0].empty()) return absl::OkStatus();
  const LonLatBox bounds = Widened(BoundsOf(rings[0]), z, kPolygonBuffer);
  ASSIGN_OR_RETURN(const std::vector<geo::TileId> tiles, geo::TilesCoveringBox(bounds, z));
  if (tiles.empty()) return absl::OkStatus();
  const geo::TileId home = tiles.front();
  const geo::TileTransform transform(home);
  geo::TilePolygon whole;
  for (const std::vector<LonLat>& ring : rings) {
    std::span<const LonLat> open(ring);
    if (open.size() > 1 && open.front() == open.back()) open = open.first(open.size() - 1);
    geo::TileLine simple = geo::SimplifyRing(transform.FromLonLat(open));
    // Without its outside ring a polygon is empty; a hole that vanishes is left out.
    if (simple.empty() && whole.rings.empty()) return absl::OkStatus();
    if (!simple.empty()) whole.rings.push_back(std::move(simple));
  }
  ASSIGN_OR_RETURN(const PolygonClip clip, PolygonClip::Make(whole));
  for (const geo::TileId tile : tiles) {
    ASSIGN_OR_RETURN(std::vector<geo::TilePolygon> here, clip.In(BoxOf(tile, home)));
    for (geo::TilePolygon& polygon : here) {
      for (geo::TileLine& ring : polygon.rings) ring = Shifted(ring, home, tile);
    }
    std::string geometry = geo::EncodePolygonGeometry(here);
    if (!geometry.empty()) sink(tile, std::move(geometry));
  }
  return absl::OkStatus();
}

}  // namespace citylayers::citypack
