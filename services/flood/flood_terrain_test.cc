#include "services/flood/flood_terrain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/flood_pack.h"

namespace citylayers::flood {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class FloodTerrainTest : public ::testing::Test {
 protected:
  FloodTerrainTest() : pack_(FloodTestPack(dir_ / "pack")), terrain_(Load({TestPlace(24, 6)})) {}

  std::unique_ptr<FloodTerrain> Load(const std::vector<LonLat>& rain_gauges) const {
    auto terrain = FloodTerrain::Load(*pack_, {TestPlace(0, 0), TestPlace(47, 0)}, rain_gauges);
    EXPECT_TRUE(terrain.ok()) << terrain.status();
    return *std::move(terrain);
  }
  geo::Grid<float> Depth(GaugeLevel west, GaugeLevel east, double standing_mm = 0) const {
    geo::Grid<float> depth_m;
    terrain_->Depth({west, east}, {standing_mm}, &depth_m);
    return depth_m;
  }
  // The depth in the first row of land of each polder of kDikedCity.
  std::vector<float> PolderDepths(const std::vector<LonLat>& gauges,
                                  const std::vector<GaugeLevel>& levels) const {
    const auto pack = FloodTestPack(dir_ / "diked", /*terrain=*/true, kDikedCity);
    const auto terrain = FloodTerrain::Load(*pack, gauges, {});
    EXPECT_TRUE(terrain.ok()) << terrain.status();
    geo::Grid<float> depth_m;
    (*terrain)->Depth(levels, {}, &depth_m);
    std::vector<float> depths_m;
    for (int polder = 0; polder < 6; ++polder) depths_m.push_back(depth_m.at(8 * polder + 3, 1));
    return depths_m;
  }

  storage::TempDir dir_;
  std::shared_ptr<const storage::CityPack> pack_;
  std::unique_ptr<FloodTerrain> terrain_;
};

TEST_F(FloodTerrainTest, BetweenGaugesTheStageIsAMixOfBoth) {
  const std::vector<float> depths_m =
      PolderDepths({TestPlace(0, 0), TestPlace(47, 0)}, {{true, 0.4}, {true, 0.8}});
  EXPECT_NEAR(depths_m.front(), 0.3, 0.08) << "about the west gauge's";
  EXPECT_NEAR(depths_m.back(), 0.7, 1e-6) << "the east gauge's";
  for (std::size_t polder = 1; polder < depths_m.size(); ++polder) {
    const float step_m = depths_m[polder] - depths_m[polder - 1];
    EXPECT_NEAR(step_m, 0.4 / 6, 0.4 / 16 + 1e-6) << "no cliff in the water";
  }
  EXPECT_EQ(Depth({true, 0.4}, {true, 0.8}).at(20, 0), 0) << "open water is not flooded";
}

TEST_F(FloodTerrainTest, TheHighestStageFloodsAPlainThatLiesOpenToIt) {
  // There is no land between both ends: the water from the river in the east spreads westwards.
  const geo::Grid<float> depth_m = Depth({true, 0.05}, {true, 0.8});
  for (int column = 0; column < kTestColumns; ++column) {
    EXPECT_NEAR(depth_m.at(column, 1), 0.7, 1e-6) << column;
    EXPECT_NEAR(depth_m.at(column, 7), 0.1, 1e-6) << column;
    EXPECT_EQ(depth_m.at(column, 8), 0) << column;
  }
}

TEST_F(FloodTerrainTest, GaugesThatWereNeverReadFollowTheNearestThatWas) {
  const std::vector<LonLat> gauges = {TestPlace(0, 0), TestPlace(8, 0), TestPlace(40, 0),
                                      TestPlace(47, 0)};
  const std::vector<float> depths_m =
      PolderDepths(gauges, {{false, 0}, {false, 0}, {true, 0.4}, {true, 0.6}});
  EXPECT_NEAR(depths_m.front(), 0.3, 1e-6) << "between two without a reading: the third's";
  EXPECT_NEAR(depths_m.back(), 0.5, 1e-6);
}

TEST_F(FloodTerrainTest, OneGaugeSpeaksForASilentOneAndNoneForNobody) {
  const geo::Grid<float> one = Depth({true, 0.4}, {false, 0});
  EXPECT_NEAR(one.at(0, 1), 0.3, 1e-6);
  EXPECT_NEAR(one.at(47, 1), 0.3, 1e-6);
  const geo::Grid<float> none = Depth({false, 0}, {false, 0});
  EXPECT_THAT(none.cells(), Not(Contains(::testing::Gt(0))));
}

TEST_F(FloodTerrainTest, RainFillsTheHollowThatNoRiverReaches) {
  EXPECT_EQ(Depth({true, 0.8}, {true, 0.8}).at(40, 10), 0) << "behind its wall";
  const float some_m = Depth({true, 0.8}, {true, 0.8}, 20).at(40, 10);
  const float more_m = Depth({true, 0.8}, {true, 0.8}, 40).at(40, 10);
  EXPECT_GT(some_m, 0.02) << "more than fell on it: the walls drain into it";
  EXPECT_NEAR(more_m, 2 * some_m, 1e-4);
  EXPECT_EQ(Load({})->DepthAt(0.8).at(40, 10), 0);
}

TEST_F(FloodTerrainTest, RainGaugesBeyondTheLimitAreNotHeard) {
  std::vector<LonLat> gauges(FloodTerrain::kRainGaugesMax, TestPlace(0, 8));
  gauges.push_back(TestPlace(40, 10));
  const auto terrain = Load(gauges);
  std::vector<double> standing_mm(gauges.size());
  standing_mm.back() = 100;
  geo::Grid<float> depth_m;
  terrain->Depth({{true, 0.1}, {true, 0.1}}, standing_mm, &depth_m);
  EXPECT_EQ(depth_m.at(40, 10), 0);
  standing_mm.front() = 100;
  terrain->Depth({{true, 0.1}, {true, 0.1}}, standing_mm, &depth_m);
  EXPECT_GT(depth_m.at(40, 10), 0) << "the nearest with a reading; of equals the first";
}

TEST_F(FloodTerrainTest, TilesThatShowADifferenceAreListed) {
  const geo::Grid<float> before_m = Depth({true, 0.4}, {true, 0.4});
  EXPECT_THAT(terrain_->ChangedTiles(before_m, before_m), IsEmpty());
  geo::Grid<float> after_m = before_m;
  after_m.at(8, 3) += 0.001F;
  EXPECT_THAT(terrain_->ChangedTiles(before_m, after_m), Contains(StreetTile()));
  EXPECT_THAT(terrain_->ChangedTiles(before_m, after_m), Not(Contains(QuietTile())));
}

TEST_F(FloodTerrainTest, PointsFindTheirCell) {
  EXPECT_EQ(terrain_->CellAt(TestPlace(8, 3)), 3U * kTestColumns + 8U);
  EXPECT_EQ(terrain_->CellAt({0, 0}), std::nullopt);
  EXPECT_THAT(terrain_->SegmentDepthsCm(Depth({true, 0.62}, {true, 0.62}), *pack_),
              ElementsAre(32, 32, 12));
}

}  // namespace
}  // namespace citylayers::flood
