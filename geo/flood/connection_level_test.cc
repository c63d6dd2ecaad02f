#include "geo/flood/connection_level.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "geo/flood/stage_depth.h"

namespace citylayers::geo {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Terrain {
  Grid<float> elevation_m;
  Grid<std::uint8_t> water;
};

// Digits are heights in metres, '~' is open water at 0 m, '#' a wall (no elevation).
Terrain FromArt(const std::vector<std::string>& art) {
  const int columns = static_cast<int>(art[0].size()), rows = static_cast<int>(art.size());
  Terrain t{Grid<float>(columns, rows), Grid<std::uint8_t>(columns, rows)};
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const char c = art[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
      t.water.at(column, row) = c == '~';
      t.elevation_m.at(column, row) = c == '~' ? 0 : c == '#' ? NAN : static_cast<float>(c - '0');
    }
  }
  return t;
}

// 'w' where a stage wets the cell, '.' where it does not.
std::vector<std::string> Wet(const Grid<float>& level, float stage_m) {
  std::vector<std::string> art;
  for (int row = 0; row < level.rows(); ++row) {
    art.emplace_back();
    for (int column = 0; column < level.columns(); ++column) {
      art.back() += level.at(column, row) < stage_m ? 'w' : '.';
    }
  }
  return art;
}

// The slow and obvious model: water starts in open water and walks to every neighbour whose ground
// is under the stage.
Grid<std::uint8_t> PlainFloodFill(const Terrain& t, float stage_m, Connectivity connectivity) {
  const int columns = t.water.columns(), rows = t.water.rows();
  Grid<std::uint8_t> wet(columns, rows);
  std::vector<std::pair<int, int>> queue;
  const auto visit = [&](int column, int row, bool seed) {
    if (!wet.Contains(column, row) || wet.at(column, row) != 0) return;
    const float z = t.elevation_m.at(column, row);
    const bool water_of_unknown_depth = t.water.at(column, row) != 0 && std::isnan(z);
    if (seed ? water_of_unknown_depth || z < stage_m : z < stage_m) {
      wet.at(column, row) = 1;
      queue.emplace_back(column, row);
    }
  };
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (t.water.at(column, row) != 0) visit(column, row, true);
    }
  }
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const auto [column, row] = queue[i];
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) {
        if (connectivity == Connectivity::kFour && dx != 0 && dy != 0) continue;
        visit(column + dx, row + dy, false);
      }
    }
  }
  return wet;
}

TEST(ConnectionLevel, WaterGoesThroughTheGapOfADike) {
  const Terrain t = FromArt({
      "~55111",
      "~55111",
      "~22111",
      "~55111",
  });
  const Grid<float> level = ConnectionLevel(t.elevation_m, t.water).value();
  EXPECT_EQ(Wet(level, 2.0f), (std::vector<std::string>{"w.....", "w.....", "w.....", "w....."}))
      << "a stage that just reaches the gap's floor does not pass";
  EXPECT_EQ(Wet(level, 2.1f), (std::vector<std::string>{"w..www", "w..www", "wwwwww", "w..www"}));
  EXPECT_EQ(level.at(4, 0), 2.0f);
}

TEST(ConnectionLevel, ABowlFillsWhenItsRimIsPassed) {
  const Terrain t = FromArt({
      "~33333",
      "~31113",
      "~31013",
      "~33333",
  });
  const Grid<float> level = ConnectionLevel(t.elevation_m, t.water).value();
  EXPECT_EQ(level.at(3, 2), 3.0f) << "the lowest cell of the bowl waits for the rim";
  EXPECT_EQ(level.at(2, 1), 3.0f);
}

TEST(ConnectionLevel, AConeFloodsRingByRing) {
  const int n = 41;
  Terrain t{Grid<float>(n, n), Grid<std::uint8_t>(n, n)};
  for (int row = 0; row < n; ++row) {
    for (int column = 0; column < n; ++column) {
      const double r = std::hypot(column - 20, row - 20);
      t.elevation_m.at(column, row) = static_cast<float>(20 - r);
      t.water.at(column, row) = row == 0 || column == 0 || row == n - 1 || column == n - 1;
    }
  }
  const Grid<float> level = ConnectionLevel(t.elevation_m, t.water).value();
  for (std::size_t i = 0; i < level.size(); ++i) ASSERT_EQ(level[i], t.elevation_m[i]);
}

TEST(ConnectionLevel, EightNeighboursSlipThroughACornerFourDoNot) {
  const Terrain t = FromArt({
      "~91",
      "~19",
      "999",
  });
  EXPECT_EQ(ConnectionLevel(t.elevation_m, t.water)->at(2, 0), 1.0f);
  EXPECT_EQ(ConnectionLevel(t.elevation_m, t.water, Connectivity::kFour)->at(2, 0), 9.0f);
}

TEST(ConnectionLevel, WallsAndLandBehindThemStayDry) {
  const Terrain t = FromArt({
      "~1#1",
      "~1#1",
  });
  const Grid<float> level = ConnectionLevel(t.elevation_m, t.water).value();
  EXPECT_EQ(level.at(1, 0), 1.0f);
  EXPECT_EQ(level.at(2, 0), kInfinity);
  EXPECT_EQ(level.at(3, 0), kInfinity);
}

TEST(ConnectionLevel, OpenWaterOfUnknownDepthStillConnects) {
  Terrain t = FromArt({"~~1"});
  t.elevation_m.at(1, 0) = NAN;
  const Grid<float> level = ConnectionLevel(t.elevation_m, t.water).value();
  EXPECT_EQ(level.at(1, 0), -kInfinity);
  EXPECT_EQ(level.at(2, 0), 1.0f);
}

TEST(ConnectionLevel, WithoutOpenWaterNothingFloods) {
  const Terrain t = FromArt({"123", "000"});
  const Grid<float> level = ConnectionLevel(t.elevation_m, t.water).value();
  for (const float cell : level.cells()) EXPECT_EQ(cell, kInfinity);
  EXPECT_EQ(ConnectionLevel(Grid<float>(), Grid<std::uint8_t>())->size(), 0u);
}

TEST(ConnectionLevel, GridsOfDifferentSizeAreRefused) {
  const auto bad = ConnectionLevel(Grid<float>(3, 2), Grid<std::uint8_t>(2, 3));
  EXPECT_EQ(bad.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(bad.status().message(), ::testing::HasSubstr("3 x 2"));
}

Terrain RandomTerrain(std::mt19937& random) {
  const int columns = std::uniform_int_distribution<int>(1, 40)(random);
  const int rows = std::uniform_int_distribution<int>(1, 40)(random);
  // Few heights, so that ties and flats are common.
  std::uniform_int_distribution<int> height(-4, 12), chance(0, 99);
  Terrain t{Grid<float>(columns, rows), Grid<std::uint8_t>(columns, rows)};
  for (std::size_t i = 0; i < t.water.size(); ++i) {
    t.elevation_m[i] = chance(random) < 6 ? NAN : static_cast<float>(height(random)) * 0.25f;
    t.water[i] = chance(random) < 3;
  }
  return t;
}

TEST(ConnectionLevel, ThresholdEqualsPlainFloodFillBitByBit) {
  std::mt19937 random(20221015);
  for (int round = 0; round < 300; ++round) {
    const Terrain t = RandomTerrain(random);
    for (const Connectivity connectivity : {Connectivity::kFour, Connectivity::kEight}) {
      const Grid<float> level = ConnectionLevel(t.elevation_m, t.water, connectivity).value();
      for (float stage_m = -1.25f; stage_m <= 3.25f; stage_m += 0.125f) {
        const Grid<std::uint8_t> expected = PlainFloodFill(t, stage_m, connectivity);
        for (std::size_t i = 0; i < level.size(); ++i) {
          ASSERT_EQ(level[i] < stage_m, expected[i] != 0)
              << "round " << round << ", cell " << i << ", stage " << stage_m;
        }
      }
    }
  }
}

TEST(ConnectionLevel, IsNeverUnderTheGround) {
  std::mt19937 random(5);
  for (int round = 0; round < 100; ++round) {
    const Terrain t = RandomTerrain(random);
    const Grid<float> level = ConnectionLevel(t.elevation_m, t.water).value();
    for (std::size_t i = 0; i < level.size(); ++i) {
      if (std::isnan(t.elevation_m[i])) continue;
      ASSERT_GE(level[i], t.elevation_m[i]);
    }
  }
}

}  // namespace
}  // namespace citylayers::geo
