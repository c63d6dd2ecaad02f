#include "geo/tile/tile_geometry.h"

#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

TEST(TileTransform, CornersOfTheTileAreItsExtent) {
  const TileId tile = TileId::Make(14, 13047, 7698).value();
  const TileTransform transform(tile);
  const LonLatBox box = tile.Bounds();
  const TilePoint north_west = transform.FromLonLat(LonLat{box.west_deg, box.north_deg});
  EXPECT_NEAR(north_west.x, 0, 1e-6);
  EXPECT_NEAR(north_west.y, 0, 1e-6);
  const TilePoint south_east = transform.FromLonLat(LonLat{box.east_deg, box.south_deg});
  EXPECT_NEAR(south_east.x, 4096, 1e-6);
  EXPECT_NEAR(south_east.y, 4096, 1e-6);
}

TEST(TileTransform, ThereAndBackIsTheSamePoint) {
  const TileTransform transform(TileId::Make(22, 3340123, 1970755).value());
  const LonLat p = transform.ToLonLat({1000.25, -17.5});
  const TilePoint back = transform.FromLonLat(p);
  EXPECT_NEAR(back.x, 1000.25, 1e-3);
  EXPECT_NEAR(back.y, -17.5, 1e-3);
}

TEST(SignedArea, ClockwiseOnTheMapIsPositive) {
  const TileLine clockwise = {{0, 0}, {10, 0}, {10, 10}, {0, 10}};
  EXPECT_DOUBLE_EQ(SignedArea(clockwise), 100);
  const TileLine other(clockwise.rbegin(), clockwise.rend());
  EXPECT_DOUBLE_EQ(SignedArea(other), -100);
  EXPECT_DOUBLE_EQ(SignedArea(TileLine{{0, 0}, {5, 5}}), 0);
}

}  // namespace
}  // namespace citylayers::geo
