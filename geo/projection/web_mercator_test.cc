#include "geo/projection/web_mercator.h"

#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

TEST(WebMercator, NullIslandIsTheMiddle) {
  const WorldPoint w = WorldFromLonLat({0, 0});
  EXPECT_DOUBLE_EQ(w.x, 0.5);
  EXPECT_DOUBLE_EQ(w.y, 0.5);
}

TEST(WebMercator, CornersOfTheSquare) {
  const WorldPoint north_west = WorldFromLonLat({-180, kMaxMercatorLatDeg});
  EXPECT_NEAR(north_west.x, 0, 1e-12);
  EXPECT_NEAR(north_west.y, 0, 1e-12);
  const WorldPoint south_east = WorldFromLonLat({180, -kMaxMercatorLatDeg});
  EXPECT_NEAR(south_east.x, 1, 1e-12);
  EXPECT_NEAR(south_east.y, 1, 1e-12);
}

TEST(WebMercator, ThePolesAreClampedToTheEdge) {
  EXPECT_NEAR(WorldFromLonLat({0, 90}).y, 0, 1e-12);
  EXPECT_NEAR(WorldFromLonLat({0, -90}).y, 1, 1e-12);
}

TEST(WebMercator, ThereAndBackIsTheSamePoint) {
  for (double lat = -85; lat <= 85; lat += 2.5) {
    for (double lon = -180; lon <= 180; lon += 7.5) {
      const LonLat back = LonLatFromWorld(WorldFromLonLat({lon, lat}));
      ASSERT_NEAR(back.lon_deg, lon, 1e-12);
      ASSERT_NEAR(back.lat_deg, lat, 1e-12);
    }
  }
}

}  // namespace
}  // namespace citylayers::geo
