#include "geo/flood/reach_tree.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "geo/flood/stage_depth.h"

namespace citylayers::geo {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kUnknown = -kInfinity;

struct Delta {
  Grid<float> elevation_m;
  Grid<std::uint16_t> reaches;
  Grid<std::uint8_t> open_water() const {
    Grid<std::uint8_t> water(reaches.columns(), reaches.rows());
    for (std::size_t i = 0; i < water.size(); ++i) water[i] = reaches[i] != kNoReach ? 1 : 0;
    return water;
  }
};

// Digits are ground in metres, letters are open water at 0 m: 'a' of reach 0, 'b' of reach 1, ...
// '#' is a wall, '?' is water of reach 0 with unknown depth.
Delta FromArt(const std::vector<std::string>& art) {
  const int columns = static_cast<int>(art[0].size()), rows = static_cast<int>(art.size());
  Delta d{Grid<float>(columns, rows), Grid<std::uint16_t>(columns, rows, kNoReach)};
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const char c = art[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
      if (c >= 'a' && c <= 'z') d.reaches.at(column, row) = static_cast<std::uint16_t>(c - 'a');
      if (c == '?') d.reaches.at(column, row) = 0;
      d.elevation_m.at(column, row) = c == '#' || c == '?'   ? NAN
                                      : c >= '0' && c <= '9' ? static_cast<float>(c - '0')
                                                             : 0;
    }
  }
  return d;
}

// The reference model: from the water of each reach separately, water spreads over land to every
// neighbour whose ground is below the stage of that reach; the highest stage applies.
Grid<float> EachReachFlooded(const Delta& d, const std::vector<float>& stages_m,
                             Connectivity connectivity) {
  Grid<float> depth_m(d.elevation_m.columns(), d.elevation_m.rows());
  for (std::size_t reach = 0; reach < stages_m.size(); ++reach) {
    const float stage_m = stages_m[reach];
    Grid<std::uint8_t> wet(depth_m.columns(), depth_m.rows());
    std::vector<std::pair<int, int>> queue;
    for (int row = 0; row < wet.rows(); ++row) {
      for (int column = 0; column < wet.columns(); ++column) {
        if (d.reaches.at(column, row) != reach || stage_m == kUnknown) continue;
        const float bed_m = d.elevation_m.at(column, row);
        if (!std::isnan(bed_m) && !(bed_m < stage_m)) continue;
        wet.at(column, row) = 1;
        queue.emplace_back(column, row);
      }
    }
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const auto [column, row] = queue[i];
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          if (connectivity == Connectivity::kFour && dx != 0 && dy != 0) continue;
          const int x = column + dx, y = row + dy;
          if (!wet.Contains(x, y) || wet.at(x, y) != 0 || d.reaches.at(x, y) != kNoReach) continue;
          if (!(d.elevation_m.at(x, y) < stage_m)) continue;
          wet.at(x, y) = 1;
          queue.emplace_back(x, y);
        }
      }
    }
    for (std::size_t i = 0; i < wet.size(); ++i) {
      const float depth = stage_m - d.elevation_m[i];
      if (wet[i] != 0 && depth > depth_m[i]) depth_m[i] = depth;
    }
  }
  return depth_m;
}

struct Flooded {
  Grid<float> depth_m;
  std::size_t nodes = 0;
};

Flooded Flood(const Delta& d, const std::vector<float>& stages_m,
              Connectivity connectivity = Connectivity::kEight) {
  const Grid<float> level_m = ConnectionLevel(d.elevation_m, d.open_water(), connectivity).value();
  const ReachTree tree = ReachTree::Build(d.elevation_m, level_m, d.reaches, connectivity).value();
  Flooded flooded{.nodes = tree.node_count()};
  tree.Depth(d.elevation_m, level_m, stages_m, &flooded.depth_m);
  return flooded;
}

// Depths of a row in whole metres, '.' where it is dry.
std::string Row(const Grid<float>& depth_m, int row) {
  std::string text;
  for (int column = 0; column < depth_m.columns(); ++column) {
    const float depth = depth_m.at(column, row);
    text += depth > 0 ? static_cast<char>('0' + std::lround(depth)) : '.';
  }
  return text;
}

TEST(ReachTree, AHighStageFloodsWhatALowSillOfALowStageDoesNot) {
  // Land at 0 m between reach a, behind a sill of 3 m, and reach b, behind one of 2 m. It connects
  // to b first; but with a at 4 m and b at 1 m, the water comes from a.
  const Delta d = FromArt({"a30002b"});
  EXPECT_EQ(Row(Flood(d, {4, 1}).depth_m, 0), "4144421");
  EXPECT_EQ(Row(Flood(d, {1, 4}).depth_m, 0), "1144424");
  EXPECT_EQ(Row(Flood(d, {3, 2}).depth_m, 0), "3.....2") << "a stage that just reaches a sill";
}

TEST(ReachTree, TheHighestStageThatReachesACellStandsOnIt) {
  const Delta d = FromArt({"a11b"});
  EXPECT_EQ(Row(Flood(d, {2, 3}).depth_m, 0), "2223") << "3 m come from b";
  EXPECT_EQ(Row(Flood(d, {3, 2}).depth_m, 0), "3222");
}

TEST(ReachTree, AReachOfUnknownStageFloodsNothing) {
  const Delta d = FromArt({"a1b", "###", "c11"});
  EXPECT_EQ(Row(Flood(d, {2, kUnknown, kUnknown}).depth_m, 0), "21.");
  EXPECT_EQ(Row(Flood(d, {2, kUnknown, kUnknown}).depth_m, 2), "...");
  EXPECT_EQ(Row(Flood(d, {2}).depth_m, 2), "...") << "reaches beyond the stages are unknown";
  EXPECT_EQ(Row(Flood(d, {2, 2, NAN}).depth_m, 2), "...");
}

TEST(ReachTree, OpenWaterStandsAtItsOwnStage) {
  // Reach b is between a and the land on the right: its gauge already includes
  // water that flows into b.
  const Delta d = FromArt({"a1b11"});
  EXPECT_EQ(Row(Flood(d, {5, 2}).depth_m, 0), "54211");
}

TEST(ReachTree, WaterOfUnknownDepthFloodsFromBelow) {
  const Delta d = FromArt({"?12"});
  EXPECT_EQ(Row(Flood(d, {2}).depth_m, 0), ".1.");
}

TEST(ReachTree, ABedAboveItsShoreFloodsItOnlyFromAboveTheBed) {
  // The middle belongs to a from 1 m on and also to b, whose bed is at 3 m, from 3 m on.
  Delta d = FromArt({"a1b"});
  d.elevation_m.at(2, 0) = 3;
  EXPECT_EQ(Row(Flood(d, {2, 3}).depth_m, 0), "21.");
  EXPECT_EQ(Row(Flood(d, {2, 5}).depth_m, 0), "242");
  EXPECT_EQ(Row(Flood(d, {kUnknown, 5}).depth_m, 0), ".42");
}

TEST(ReachTree, WithoutWaterAllIsDry) {
  EXPECT_EQ(Row(Flood(FromArt({"12#0"}), {}).depth_m, 0), "....");
  EXPECT_EQ(Flood({}, {}).depth_m.size(), 0U);
}

TEST(ReachTree, GridsOfDifferentSizeAreRefused) {
  const Grid<float> three(3, 2), two(2, 3);
  const auto level = ReachTree::Build(three, two, Grid<std::uint16_t>(3, 2));
  EXPECT_EQ(level.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(level.status().message(), ::testing::HasSubstr("3 x 2"));
  EXPECT_FALSE(ReachTree::Build(three, three, Grid<std::uint16_t>(2, 3)).ok());
}

// Noise with few heights, so that ties and flats are common, and water at random cells.
Delta RandomDelta(std::mt19937& random, std::size_t reach_count) {
  const int columns = std::uniform_int_distribution<int>(1, 36)(random);
  const int rows = std::uniform_int_distribution<int>(1, 36)(random);
  const int roughness = std::uniform_int_distribution<int>(1, 16)(random);
  std::uniform_int_distribution<int> chance(0, 99);
  Delta d{Grid<float>(columns, rows), Grid<std::uint16_t>(columns, rows, kNoReach)};
  const int water_percent = chance(random) / 8;
  for (std::size_t i = 0; i < d.reaches.size(); ++i) {
    const bool is_void = chance(random) < 5;
    const int steps = is_void ? 0 : chance(random) * roughness / 100;
    d.elevation_m[i] = is_void ? NAN : static_cast<float>(steps) * 0.25F;
    if (chance(random) < water_percent)
      d.reaches[i] = static_cast<std::uint16_t>(random() % reach_count);
  }
  return d;
}

TEST(ReachTree, EqualsAFloodFillFromEachReach) {
  std::mt19937 random(20261128);
  std::uniform_int_distribution<int> quarters(-3, 20);
  std::size_t wet_cells = 0, mixed_rounds = 0;
  for (int round = 0; round < 1500; ++round) {
    const std::size_t reach_count = 1 + random() % 5;
    const Delta d = RandomDelta(random, reach_count);
    const Connectivity connectivity = round % 2 == 0 ? Connectivity::kEight : Connectivity::kFour;
    const Grid<float> level_m =
        ConnectionLevel(d.elevation_m, d.open_water(), connectivity).value();
    const ReachTree tree =
        ReachTree::Build(d.elevation_m, level_m, d.reaches, connectivity).value();
    for (int change = 0; change < 6; ++change) {
      std::vector<float> stages_m(reach_count);
      for (float& stage_m : stages_m) {
        stage_m = random() % 12 == 0 ? kUnknown : static_cast<float>(quarters(random)) * 0.125F;
      }
      if (change == 0) std::fill(stages_m.begin(), stages_m.end(), stages_m[0]);
      Grid<float> depth_m;
      tree.Depth(d.elevation_m, level_m, stages_m, &depth_m);
      const Grid<float> expected = EachReachFlooded(d, stages_m, connectivity);
      for (std::size_t i = 0; i < depth_m.size(); ++i) {
        ASSERT_EQ(depth_m[i], expected[i]) << "round " << round << ", cell " << i;
        wet_cells += depth_m[i] > 0 ? 1 : 0;
      }
      mixed_rounds += std::adjacent_find(stages_m.begin(), stages_m.end(), std::not_equal_to<>()) !=
                              stages_m.end()
                          ? 1
                          : 0;
    }
  }
  EXPECT_GT(wet_cells, 100'000U);
  EXPECT_GT(mixed_rounds, 3000U);
}

// A plain that falls from 2.6 m in the west to 0.2 m at the sea in the east, with dikes, polders
// below sea level and creeks, and a river whose stage changes between two gauges in `steps`.
Delta River(int columns, int rows, std::uint16_t steps, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> noise(-0.25F, 0.25F);
  Delta d{Grid<float>(columns, rows), Grid<std::uint16_t>(columns, rows, kNoReach)};
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const float east = static_cast<float>(column) / static_cast<float>(columns);
      float ground_m = 2.6F - 2.4F * east + noise(random);
      if (column % 16 < 2 || row % 24 < 2) ground_m += 0.7F;            // dikes
      if (column / 16 % 3 == 1 && row / 24 % 2 == 1) ground_m -= 1.6F;  // polders
      if (column % 16 < 2 && random() % 40 == 0) ground_m -= 0.8F;      // gaps
      d.elevation_m.at(column, row) = ground_m;
      const int bend = static_cast<int>(std::lround(6 * std::sin(column * 0.1)));
      const bool river = std::abs(row - rows / 2 - bend) < 3;
      const bool creek = column % 48 == 24 && row > rows / 2;
      if (!river && !creek) continue;
      d.elevation_m.at(column, row) = creek ? NAN : -4;
      d.reaches.at(column, row) = static_cast<std::uint16_t>(column * steps / columns);
    }
  }
  return d;
}

std::vector<float> Between(float west_m, float east_m, std::size_t steps) {
  std::vector<float> stages_m(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    stages_m[i] = west_m + (east_m - west_m) * static_cast<float>(i) /
                               static_cast<float>(std::max<std::size_t>(1, steps - 1));
  }
  return stages_m;
}

TEST(ReachTree, NoWetGroundIsShownDryBetweenTwoGauges) {
  for (const std::uint16_t steps : {2, 3, 17}) {
    const Delta d = River(160, 120, steps, steps);
    for (const auto& [west_m, east_m] : {std::pair(1.5F, 1.5F), std::pair(1.7F, 1.5F),
                                         std::pair(1.2F, 1.8F), std::pair(1.8F, 1.2F)}) {
      const std::vector<float> stages_m = Between(west_m, east_m, steps);
      const Flooded flooded = Flood(d, stages_m);
      const Grid<float> expected = EachReachFlooded(d, stages_m, Connectivity::kEight);
      std::size_t wet = 0, differ = 0;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        wet += expected[i] > 0 ? 1 : 0;
        differ += flooded.depth_m[i] != expected[i] ? 1 : 0;
      }
      EXPECT_EQ(differ, 0U) << west_m << " to " << east_m << " m in " << steps << " steps";
      EXPECT_GT(wet, 1000U);
    }
  }
}

TEST(ReachTree, OneStageEqualsDepthAtStage) {
  const Delta d = River(160, 120, 17, 5);
  const Grid<float> level_m = ConnectionLevel(d.elevation_m, d.open_water()).value();
  Grid<float> one;
  DepthAtStage(d.elevation_m, level_m, 1.6F, &one);
  EXPECT_EQ(Flood(d, std::vector<float>(17, 1.6F)).depth_m, one);
}

TEST(ReachTree, MoreWaterIsNeverShallower) {
  std::mt19937 random(8);
  const Delta d = River(96, 72, 5, 3);
  std::vector<float> stages_m = {0.4F, 0.2F, 0.6F, 0.1F, 0.3F};
  Grid<float> before = Flood(d, stages_m).depth_m;
  for (int rise = 0; rise < 60; ++rise) {
    stages_m[random() % stages_m.size()] += 0.11F;
    const Grid<float> after = Flood(d, stages_m).depth_m;
    for (std::size_t i = 0; i < after.size(); ++i)
      ASSERT_GE(after[i], before[i]) << "rise " << rise;
    before = after;
  }
}

TEST(ReachTree, TheTreeIsSmallBesideItsTerrain) {
  const Delta d = River(400, 300, 17, 9);
  const std::size_t nodes = Flood(d, Between(1.8F, 1.2F, 17)).nodes;
  EXPECT_LT(nodes, d.elevation_m.size() / 50);
}

}  // namespace
}  // namespace citylayers::geo
