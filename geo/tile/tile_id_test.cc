#include "geo/tile/tile_id.h"

#include <cmath>
#include <set>

#include "absl/hash/hash_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

using ::testing::HasSubstr;

TileId Tile(int z, int x, int y) { return TileId::Make(z, x, y).value(); }

TEST(TileId, BenThanhMarketLiesInItsTile) {
  EXPECT_EQ(TileId::FromLonLat({106.6983, 10.7725}, 14).value(), Tile(14, 13047, 7698));
  EXPECT_TRUE(Tile(14, 13047, 7698).Bounds().Contains({106.6983, 10.7725}));
  EXPECT_EQ(Tile(14, 13047, 7698).ToString(), "14/13047/7698");
}

TEST(TileId, NumbersOutOfRangeAreNamed) {
  EXPECT_TRUE(TileId::Make(22, (1 << 22) - 1, (1 << 22) - 1).ok());
  EXPECT_THAT(TileId::Make(23, 0, 0).status().message(), HasSubstr("zoom 23"));
  EXPECT_THAT(TileId::Make(-1, 0, 0).status().message(), HasSubstr("zoom -1"));
  EXPECT_THAT(TileId::Make(2, 4, 0).status().message(), HasSubstr("x is out of range"));
  EXPECT_THAT(TileId::Make(2, 0, 4).status().message(), HasSubstr("y is out of range"));
  EXPECT_FALSE(TileId::Make(2, -1, 0).ok());
  EXPECT_FALSE(TileId::Make(1, std::int64_t{1} << 40, 0).ok());
}

TEST(TileId, PointsOffTheMapHaveNoTile) {
  EXPECT_FALSE(TileId::FromLonLat({0, 86}, 3).ok());
  EXPECT_FALSE(TileId::FromLonLat({181, 0}, 3).ok());
  EXPECT_FALSE(TileId::FromLonLat({NAN, 0}, 3).ok());
  EXPECT_FALSE(TileId::FromLonLat({0, NAN}, 3).ok());
  EXPECT_FALSE(TileId::FromLonLat({0, 0}, 23).ok());
  EXPECT_EQ(TileId::FromLonLat({180, 0}, 1).value(), Tile(1, 1, 1));
}

TEST(TileId, ParentOfZoomZeroIsItself) {
  EXPECT_EQ(TileId().Parent(), TileId());
  EXPECT_EQ(TileId(), Tile(0, 0, 0));
}

TEST(TileId, ContainsTheFourTilesWhoseParentItIs) {
  const TileId tile = Tile(5, 19, 7);
  for (const TileId child : {Tile(6, 38, 14), Tile(6, 39, 14), Tile(6, 38, 15), Tile(6, 39, 15)}) {
    EXPECT_EQ(child.Parent(), tile);
    EXPECT_TRUE(tile.Contains(child));
    EXPECT_FALSE(child.Contains(tile));
  }
  EXPECT_TRUE(tile.Contains(tile));
  EXPECT_FALSE(tile.Contains(Tile(6, 0, 0)));
}

TEST(TileId, BoundsOfNeighboursMeetWithoutAGap) {
  const LonLatBox a = Tile(14, 13047, 7698).Bounds();
  EXPECT_EQ(a.east_deg, Tile(14, 13048, 7698).Bounds().west_deg);
  EXPECT_EQ(a.south_deg, Tile(14, 13047, 7699).Bounds().north_deg);
}

// Numbers of the PMTiles version 3 specification.
TEST(TileId, KeysAreThoseOfPmtiles) {
  EXPECT_EQ(Tile(0, 0, 0).Key(), 0u);
  EXPECT_EQ(Tile(1, 0, 0).Key(), 1u);
  EXPECT_EQ(Tile(1, 0, 1).Key(), 2u);
  EXPECT_EQ(Tile(1, 1, 1).Key(), 3u);
  EXPECT_EQ(Tile(1, 1, 0).Key(), 4u);
  EXPECT_EQ(Tile(2, 0, 0).Key(), 5u);
  EXPECT_EQ(Tile(12, 3423, 1763).Key(), 19078479u);
}

TEST(TileId, KeyIsDenseAndFindsItsWayBack) {
  std::set<std::uint64_t> keys;
  for (int z = 0; z <= 5; ++z) {
    for (int x = 0; x < 1 << z; ++x) {
      for (int y = 0; y < 1 << z; ++y) {
        const TileId tile = Tile(z, x, y);
        keys.insert(tile.Key());
        ASSERT_EQ(TileId::FromKey(tile.Key()).value(), tile);
      }
    }
  }
  EXPECT_EQ(keys.size(), 1365u);
  EXPECT_EQ(*keys.rbegin(), 1364u);
  const TileId last = Tile(22, (1 << 22) - 1, 0);
  EXPECT_EQ(TileId::FromKey(last.Key()).value(), last);
  EXPECT_FALSE(TileId::FromKey(last.Key() + 1).ok());
}

TEST(TileId, OrderAndHashFollowTheKey) {
  EXPECT_LT(Tile(1, 1, 1), Tile(1, 1, 0));
  EXPECT_LT(Tile(3, 7, 7), Tile(4, 0, 0));
  EXPECT_TRUE(
      absl::VerifyTypeImplementsAbslHashCorrectly({TileId(), Tile(1, 0, 0), Tile(1, 0, 1)}));
}

}  // namespace
}  // namespace citylayers::geo
