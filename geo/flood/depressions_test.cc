#include "geo/flood/depressions.h"

#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/flood_totals.h"

namespace citylayers::geo {
namespace {

using test::FloodTotals;

struct Terrain {
  Grid<float> elevation_m;
  Grid<std::uint8_t> water;
};

// Digits are heights in metres, '~' is open water at 0 m, '#' a wall.
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

Terrain RandomTerrain(std::mt19937& random, int columns, int rows) {
  std::uniform_int_distribution<int> height(0, 40), chance(0, 99);
  Terrain t{Grid<float>(columns, rows), Grid<std::uint8_t>(columns, rows)};
  for (std::size_t i = 0; i < t.water.size(); ++i) {
    t.elevation_m[i] = chance(random) < 4 ? NAN : static_cast<float>(height(random)) * 0.1f;
    t.water[i] = chance(random) < 2;
  }
  return t;
}

// Runoff of `m` metres on every cell.
std::vector<double> EvenInflow(const Terrain& t, const DepressionMap& map, double m) {
  const Grid<std::uint8_t> one_zone(t.water.columns(), t.water.rows());
  const double runoff_m[] = {m};
  return DepressionMap::InflowM3(map.ZoneAreasM2(one_zone, 1), runoff_m);
}

// For each cell the depression that its rain runs to, or kNoDepression. Makes each cell a zone, as
// many at a time as there are zone numbers.
Grid<std::int32_t> Catchment(const Terrain& t, const DepressionMap& map) {
  constexpr std::size_t kZones = 255;
  Grid<std::int32_t> catchment(t.water.columns(), t.water.rows(), kNoDepression);
  for (std::size_t first = 0; first < catchment.size(); first += kZones) {
    const std::size_t count = std::min(kZones, catchment.size() - first);
    Grid<std::uint8_t> zones(t.water.columns(), t.water.rows(), kZones);
    for (std::size_t i = 0; i < count; ++i) zones[first + i] = static_cast<std::uint8_t>(i);
    const std::vector<double> areas_m2 = map.ZoneAreasM2(zones, kZones);
    for (std::size_t d = 0; d < map.size(); ++d) {
      for (std::size_t i = 0; i < count; ++i) {
        if (areas_m2[d * kZones + i] > 0) catchment[first + i] = static_cast<std::int32_t>(d);
      }
    }
  }
  return catchment;
}

//   a hollow 2 m deep of 4 cells, its sill at 3 m towards the sea
const std::vector<std::string> kHollow = {
    "~444444", "~344444", "~341144", "~331144", "~344444",
};

TEST(DepressionMap, AHollowHasItsSillAndItsCapacity) {
  const Terrain t = FromArt(kHollow);
  const auto map = DepressionMap::Build(t.elevation_m, t.water, 100);
  ASSERT_TRUE(map.ok()) << map.status();
  ASSERT_EQ(map->size(), 1u);
  EXPECT_EQ((*map)[0].spill_level_m, 3.0f);
  EXPECT_EQ((*map)[0].cell_count, 4u);
  EXPECT_DOUBLE_EQ((*map)[0].capacity_m3, 4 * 2 * 100);
  EXPECT_EQ((*map)[0].downstream, kNoDepression);
  EXPECT_EQ(Catchment(t, *map).at(4, 1), 0) << "the slope above drains into it";
  EXPECT_EQ(Catchment(t, *map).at(1, 1), kNoDepression) << "the sill drains to the sea";
}

TEST(DepressionMap, AHollowFillsEvenlyThenSpills) {
  const Terrain t = FromArt(kHollow);
  const DepressionMap map = DepressionMap::Build(t.elevation_m, t.water, 100).value();
  const double half[] = {400.0};
  Ponds ponds = map.Fill(half);
  EXPECT_NEAR(ponds.level_m[0], 2.0, 1e-12);
  EXPECT_EQ(ponds.spilled_m3, 0);
  const double twice[] = {1600.0};
  ponds = map.Fill(twice);
  EXPECT_NEAR(ponds.level_m[0], 3.0, 1e-12);
  EXPECT_NEAR(ponds.spilled_m3, 800, 1e-9);
  Grid<float> depth(7, 5);
  map.RaiseToPonds(ponds, &depth);
  EXPECT_EQ(depth.at(3, 2), 2.0f);
  EXPECT_EQ(FloodTotals::Of(depth).wet_cells, 4);
}

TEST(DepressionMap, ThePondAndTheTideDoNotAddUp) {
  const Terrain t = FromArt(kHollow);
  const DepressionMap map = DepressionMap::Build(t.elevation_m, t.water, 100).value();
  const double full[] = {800.0};
  Grid<float> depth(7, 5, 0.5f);
  depth.at(3, 2) = 2.5f;
  map.RaiseToPonds(map.Fill(full), &depth);
  EXPECT_EQ(depth.at(3, 2), 2.5f) << "the deeper of the two counts";
  EXPECT_EQ(depth.at(4, 2), 2.0f);
  EXPECT_EQ(depth.at(6, 0), 0.5f);
}

TEST(DepressionMap, AFullHollowSpillsIntoTheNextOne) {
  //   two hollows on a slope; the upper one spills over 5 into the lower one, which spills over 3
  const Terrain t = FromArt({
      "~999999",
      "~315249",
      "~999999",
  });
  const DepressionMap map = DepressionMap::Build(t.elevation_m, t.water, 1).value();
  ASSERT_EQ(map.size(), 2u);
  EXPECT_EQ(map[0].spill_level_m, 5.0f);
  EXPECT_EQ(map[0].downstream, 1);
  EXPECT_DOUBLE_EQ(map[0].capacity_m3, 3 + 1);
  EXPECT_EQ(map[1].spill_level_m, 3.0f);
  EXPECT_DOUBLE_EQ(map[1].capacity_m3, 2);
  const double rain[] = {5.5, 0};
  const Ponds ponds = map.Fill(rain);
  EXPECT_NEAR(ponds.volume_m3[0], 4, 1e-12);
  EXPECT_NEAR(ponds.volume_m3[1], 1.5, 1e-12);
  EXPECT_NEAR(ponds.level_m[1], 2.5, 1e-12);
  EXPECT_EQ(ponds.spilled_m3, 0);
}

// The reference model raises the water by bisection until it holds the volume.
TEST(DepressionMap, LevelOfVolumeEqualsBisection) {
  std::mt19937 random(31);
  std::uniform_real_distribution<float> height(0, 3);
  Terrain t{Grid<float>(20, 20, 3.0f), Grid<std::uint8_t>(20, 20)};
  for (int row = 1; row < 19; ++row) {
    for (int column = 2; column < 19; ++column) t.elevation_m.at(column, row) = height(random);
  }
  for (int row = 0; row < 20; ++row) t.water.at(0, row) = 1;
  const DepressionMap map = DepressionMap::Build(t.elevation_m, t.water, 25).value();
  ASSERT_GE(map.size(), 1u);
  const Grid<std::int32_t> catchment = Catchment(t, map);
  for (std::size_t d = 0; d < map.size(); ++d) {
    const auto volume_at = [&](double level_m) {
      double sum = 0;
      for (std::size_t i = 0; i < t.elevation_m.size(); ++i) {
        if (catchment[i] == static_cast<std::int32_t>(d) && t.water[i] == 0 &&
            t.elevation_m[i] < map[d].spill_level_m) {
          sum += 25 * std::max(0.0, level_m - t.elevation_m[i]);
        }
      }
      return sum;
    };
    ASSERT_NEAR(volume_at(map[d].spill_level_m), map[d].capacity_m3, 1e-6);
    for (int i = 1; i < 20; ++i) {
      const double volume = map[d].capacity_m3 * i / 20;
      double low = -1, high = map[d].spill_level_m;
      for (int step = 0; step < 100; ++step) {
        const double middle = (low + high) / 2;
        (volume_at(middle) < volume ? low : high) = middle;
      }
      ASSERT_NEAR(map.LevelOfVolumeM(d, volume), low, 1e-9);
    }
  }
}

TEST(DepressionMap, NoWaterIsLostOrMade) {
  std::mt19937 random(12);
  for (int round = 0; round < 150; ++round) {
    const Terrain t = RandomTerrain(random, 30, 25);
    const DepressionMap map = DepressionMap::Build(t.elevation_m, t.water, 900).value();
    for (const double runoff_m : {0.001, 0.05, 0.7, 20.0}) {
      const std::vector<double> inflow = EvenInflow(t, map, runoff_m);
      const Ponds ponds = map.Fill(inflow);
      const double in = std::accumulate(inflow.begin(), inflow.end(), 0.0);
      const double out =
          std::accumulate(ponds.volume_m3.begin(), ponds.volume_m3.end(), ponds.spilled_m3);
      ASSERT_NEAR(in, 900.0 * 750 * runoff_m, 1e-9 * in);
      ASSERT_NEAR(out, in, 1e-9 * in);
      Grid<float> depth(30, 25);
      map.RaiseToPonds(ponds, &depth);
      const double held = std::accumulate(ponds.volume_m3.begin(), ponds.volume_m3.end(), 0.0);
      ASSERT_NEAR(FloodTotals::Of(depth).depth_sum_m * 900, held, 1e-4 * held + 1e-6);
    }
  }
}

TEST(DepressionMap, EndlessRainFillsToTheConnectionLevel) {
  std::mt19937 random(13);
  for (int round = 0; round < 100; ++round) {
    const Terrain t = RandomTerrain(random, 30, 25);
    const Grid<float> level = ConnectionLevel(t.elevation_m, t.water).value();
    const DepressionMap map = DepressionMap::Build(t.elevation_m, t.water, 1).value();
    Grid<float> depth(30, 25);
    map.RaiseToPonds(map.Fill(EvenInflow(t, map, 1e6)), &depth);
    for (std::size_t i = 0; i < level.size(); ++i) {
      const bool fills = t.water[i] == 0 && std::isfinite(level[i]);
      ASSERT_NEAR(depth[i], fills ? level[i] - t.elevation_m[i] : 0, 1e-5) << "cell " << i;
    }
  }
}

TEST(DepressionMap, SpillsAlwaysGoOnDownwards) {
  std::mt19937 random(14);
  const Terrain t = RandomTerrain(random, 100, 100);
  const DepressionMap map = DepressionMap::Build(t.elevation_m, t.water, 1).value();
  EXPECT_GT(map.size(), 50u);
  for (std::size_t d = 0; d < map.size(); ++d) {
    if (map[d].downstream == kNoDepression) continue;
    ASSERT_GT(map[d].downstream, static_cast<std::int32_t>(d)) << "filled before what it feeds";
    ASSERT_LE(map[static_cast<std::size_t>(map[d].downstream)].spill_level_m, map[d].spill_level_m);
  }
}

TEST(DepressionMap, ZonesSendTheirOwnRain) {
  const Terrain t = FromArt(kHollow);
  const DepressionMap map = DepressionMap::Build(t.elevation_m, t.water, 100).value();
  Grid<std::uint8_t> zones(7, 5, 9);  // 9 is not a zone
  for (int row = 1; row < 5; ++row) zones.at(5, row) = 1;
  const std::vector<double> areas = map.ZoneAreasM2(zones, 2);
  const double runoff_m[] = {5.0, 0.1};
  EXPECT_NEAR(DepressionMap::InflowM3(areas, runoff_m)[0], 4 * 100 * 0.1, 1e-9);
}

TEST(DepressionMap, BadInputIsRefused) {
  EXPECT_FALSE(DepressionMap::Build(Grid<float>(2, 2), Grid<std::uint8_t>(3, 2), 1).ok());
  EXPECT_FALSE(DepressionMap::Build(Grid<float>(2, 2), Grid<std::uint8_t>(2, 2), 0).ok());
  EXPECT_FALSE(DepressionMap::Build(Grid<float>(2, 2), Grid<std::uint8_t>(2, 2), NAN).ok());
  const DepressionMap flat =
      DepressionMap::Build(Grid<float>(2, 2), Grid<std::uint8_t>(2, 2, 1), 1).value();
  EXPECT_EQ(flat.size(), 0u);
  EXPECT_EQ(flat.Fill({}).spilled_m3, 0);
}

}  // namespace
}  // namespace citylayers::geo
