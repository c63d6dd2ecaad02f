#include "services/tools/citypack/tile_cutter.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>
#include <ogr_geometry.h>

#include "geo/mvt/layer_writer.h"
#include "geo/mvt/tile_decoder.h"
#include "geo/tile/tile_geometry.h"

namespace citylayers::citypack {
namespace {

using Parts = std::vector<std::vector<geo::DecodedPoint>>;

Parts Decoded(geo::GeometryType type, const std::string& geometry) {
  geo::LayerWriter writer("x");
  writer.AddFeature(type, std::nullopt, geometry, {});
  std::string tile;
  writer.AppendTo(&tile);
  const auto layers = geo::DecodeTile(tile);
  EXPECT_TRUE(layers.ok()) << layers.status();
  return layers->at(0).features.at(0).parts;
}

// A river-like line across several tiles of zoom 14, from west to east.
std::vector<LonLat> Bends() {
  std::vector<LonLat> line;
  for (int i = 0; i <= 400; ++i) {
    line.push_back({106.68 + i * 2e-4, 10.77 + 0.01 * std::sin(i * 0.05)});
  }
  return line;
}

TEST(TileCutter, EveryPointOfTheLineIsDrawnInItsTile) {
  std::map<std::uint64_t, Parts> tiles;
  ASSERT_TRUE(CutLine(Bends(), 14, [&](geo::TileId tile, const std::string& geometry) {
                tiles[tile.Key()] = Decoded(geo::GeometryType::kLine, geometry);
              }).ok());
  EXPECT_GT(tiles.size(), 4u);
  for (const LonLat& p : Bends()) {
    const geo::TileId tile = *geo::TileId::FromLonLat(p, 14);
    ASSERT_TRUE(tiles.contains(tile.Key())) << tile.ToString();
    const geo::TilePoint at = geo::TileTransform(tile).FromLonLat(p);
    double nearest = 1e9;
    for (const auto& part : tiles[tile.Key()]) {
      for (std::size_t i = 1; i < part.size(); ++i) {
        const double ax = part[i - 1].x, ay = part[i - 1].y;
        const double dx = part[i].x - ax, dy = part[i].y - ay;
        const double t =
            std::clamp(((at.x - ax) * dx + (at.y - ay) * dy) / (dx * dx + dy * dy), 0.0, 1.0);
        nearest = std::min(nearest, std::hypot(ax + t * dx - at.x, ay + t * dy - at.y));
      }
    }
    EXPECT_LE(nearest, 0.5 + 0.75);  // simplification, and rounding to whole units
  }
}

TEST(TileCutter, DirectionIsKeptAndTheBufferIsNotExceeded) {
  ASSERT_TRUE(CutLine(Bends(), 14, [&](geo::TileId, const std::string& geometry) {
                for (const auto& part : Decoded(geo::GeometryType::kLine, geometry)) {
                  EXPECT_LT(part.front().x, part.back().x);
                  for (const geo::DecodedPoint& p : part) {
                    EXPECT_GE(p.x, -64);
                    EXPECT_LE(p.x, 4096 + 64);
                    EXPECT_GE(p.y, -64);
                    EXPECT_LE(p.y, 4096 + 64);
                  }
                }
              }).ok());
}

TEST(TileCutter, PolygonFillsTheTilesInside) {
  const std::vector<std::vector<LonLat>> square = {
      {{106.6, 10.7}, {106.8, 10.7}, {106.8, 10.8}, {106.6, 10.8}, {106.6, 10.7}}};
  std::map<std::uint64_t, double> areas;
  ASSERT_TRUE(CutPolygon(square, 14, [&](geo::TileId tile, const std::string& geometry) {
                for (const auto& ring : Decoded(geo::GeometryType::kPolygon, geometry)) {
                  std::vector<geo::TilePoint> points;
                  for (const auto& p : ring) points.push_back({double(p.x), double(p.y)});
                  areas[tile.Key()] += geo::SignedArea(points);
                }
              }).ok());
  const geo::TileId inside = *geo::TileId::FromLonLat({106.7, 10.75}, 14);
  const double side = 4096 + 2 * kPolygonBuffer;
  EXPECT_EQ(areas[inside.Key()], side * side);
  EXPECT_FALSE(areas.contains(geo::TileId::FromLonLat({106.85, 10.75}, 14)->Key()));
}

// A lake with arms: where a tile's edge separates them, each is a separate ring.
TEST(TileCutter, PolygonsAreValidInEveryTile) {
  std::vector<LonLat> ring = {{106.70, 10.70}};
  for (int arm = 0; arm < 12; ++arm) {
    const double lat = 10.70 + arm * 0.01;
    ring.insert(ring.end(),
                {{106.7801, lat + 0.001}, {106.7803, lat + 0.006}, {106.701, lat + 0.007}});
  }
  ring.push_back({106.69, 10.82});
  int rings = 0;
  for (int z = kMinZoom; z <= kMaxZoom; ++z) {
    ASSERT_TRUE(CutPolygon(std::vector<std::vector<LonLat>>{ring}, z,
                           [&](geo::TileId tile, const std::string& geometry) {
                             for (const auto& part :
                                  Decoded(geo::GeometryType::kPolygon, geometry)) {
                               OGRLinearRing line;
                               for (const auto& p : part) line.addPoint(p.x, p.y);
                               line.closeRings();
                               OGRPolygon polygon;
                               polygon.addRing(&line);
                               EXPECT_TRUE(polygon.IsValid()) << tile.ToString();
                               ++rings;
                             }
                           })
                    .ok());
  }
  EXPECT_GT(rings, 60);
}

TEST(TileCutter, NothingGivesNothing) {
  const auto never = [](geo::TileId, const std::string&) { ADD_FAILURE(); };
  EXPECT_TRUE(CutPolygon({}, 14, never).ok());
  const std::vector<std::vector<LonLat>> speck = {{{106.7, 10.7}, {106.7, 10.7}, {106.7, 10.7}}};
  EXPECT_TRUE(CutPolygon(speck, 14, never).ok());
  const std::vector<LonLat> dot = {{106.7, 10.7}, {106.7, 10.7}};
  EXPECT_TRUE(CutLine(dot, 14, never).ok());
}

}  // namespace
}  // namespace citylayers::citypack
