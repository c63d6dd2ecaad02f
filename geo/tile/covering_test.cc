#include "geo/tile/covering.h"

#include <cmath>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "geo/tile/clip.h"
#include "geo/tile/tile_geometry.h"

namespace citylayers::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(TilesCoveringBox, ATileCoversItsOwnMiddle) {
  const TileId tile = TileId::Make(14, 13047, 7698).value();
  LonLatBox box = tile.Bounds();
  box.west_deg += 1e-6;
  box.east_deg -= 1e-6;
  box.north_deg -= 1e-6;
  box.south_deg += 1e-6;
  EXPECT_THAT(TilesCoveringBox(box, 14).value(), ElementsAre(tile));
  EXPECT_THAT(TilesCoveringBox(box, 15).value(), SizeIs(4));
  EXPECT_THAT(TilesCoveringBox(box, 3).value(), SizeIs(1));
}

TEST(TilesCoveringBox, LimitsAreKept) {
  const LonLatBox world{-180, -90, 180, 90};
  EXPECT_THAT(TilesCoveringBox(world, 3).value(), SizeIs(64));
  EXPECT_EQ(TilesCoveringBox(world, 22).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(TilesCoveringBox(world, 3, 63).status().message(), HasSubstr("more than 63 tiles"));
  EXPECT_THAT(TilesCoveringBox(LonLatBox{}, 3).value(), IsEmpty());
  EXPECT_FALSE(TilesCoveringBox(LonLatBox{0, 0, NAN, 1}, 3).ok());
  EXPECT_FALSE(TilesCoveringBox(world, 23).ok());
}

// The reference model checks for each tile of the zoom whether the line crosses
// its buffered square.
TEST(TilesCoveringLine, AreThoseThatTheLineCrosses) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> lon(-170, 170), lat(-80, 80);
  constexpr double kBuffer = 64;
  for (int round = 0; round < 40; ++round) {
    std::vector<LonLat> line;
    for (int i = 0; i < 4; ++i) line.push_back({lon(random), lat(random)});
    const auto covering = TilesCoveringLine(line, 4, kBuffer);
    ASSERT_TRUE(covering.ok());
    std::vector<TileId> expected;
    const std::vector<TileId> all = TilesCoveringBox({-180, -85, 180, 85}, 4).value();
    for (const TileId tile : all) {
      const TileLine local = TileTransform(tile).FromLonLat(line);
      if (!ClipLine(local, BufferedTileBox(kBuffer)).empty()) expected.push_back(tile);
    }
    ASSERT_EQ(*covering, expected);
  }
}

TEST(TilesCoveringLine, PointsAndLimits) {
  EXPECT_THAT(TilesCoveringLine(std::vector<LonLat>{{106.7, 10.77}}, 14).value(), SizeIs(1));
  EXPECT_THAT(TilesCoveringLine({}, 14).value(), IsEmpty());
  const std::vector<LonLat> across = {{-179, -80}, {179, 80}};
  EXPECT_EQ(TilesCoveringLine(across, 22, 0, 1000).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(TilesCoveringLine(std::vector<LonLat>{{NAN, 0}, {1, 1}}, 5).ok());
}

}  // namespace
}  // namespace citylayers::geo
