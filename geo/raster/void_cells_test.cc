#include "geo/raster/void_cells.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Grid<float> Row(std::initializer_list<float> values) {
  Grid<float> grid(static_cast<int>(values.size()), 1);
  std::copy(values.begin(), values.end(), grid.cells().begin());
  return grid;
}

std::size_t Unknown(const Grid<float>& grid) {
  return static_cast<std::size_t>(std::count_if(grid.cells().begin(), grid.cells().end(),
                                                [](float v) { return std::isnan(v); }));
}

TEST(VoidCells, NumbersThatMeanNothingAreFound) {
  Grid<float> grid = Row({1, -9999, 3, -32768, 2, -9999});
  EXPECT_THAT(ClearVoidValues(&grid), ElementsAre(VoidValue{-32768, 1}, VoidValue{-9999, 2}));
  EXPECT_EQ(Unknown(grid), 3u);
  EXPECT_EQ(grid.at(4, 0), 2);
  EXPECT_THAT(ClearVoidValues(&grid), IsEmpty());
}

TEST(VoidCells, LargeNumbersAreVoidOnlyWhenTheyStandApart) {
  Grid<float> apart = Row({1, 9999, 3, 65535, 32767});
  EXPECT_THAT(ClearVoidValues(&apart),
              ElementsAre(VoidValue{9999, 1}, VoidValue{32767, 1}, VoidValue{65535, 1}));
  // Centimetres: 99.99 m among hills of that height is a valid height.
  Grid<float> hills = Row({9998, 9999, 7000, 10002});
  EXPECT_THAT(ClearVoidValues(&hills), IsEmpty());
  Grid<float> low = Row({-3, -999, 2});
  EXPECT_THAT(ClearVoidValues(&low), ElementsAre(VoidValue{-999, 1}));
  Grid<float> deep = Row({-998, -999, -1003, 2});
  EXPECT_THAT(ClearVoidValues(&deep), IsEmpty());
}

TEST(VoidCells, WhatNoGroundCanBeIsVoid) {
  constexpr float kMax = std::numeric_limits<float>::max();
  Grid<float> grid = Row({8848, -10'900, kMax, -kMax, 9'001, 1e20F, NAN, -12'000});
  EXPECT_EQ(ClearImpossibleHeights(&grid), 5u);
  EXPECT_EQ(Unknown(grid), 6u);
  EXPECT_EQ(grid.at(0, 0), 8848);
  EXPECT_EQ(grid.at(1, 0), -10'900);
}

TEST(VoidCells, ASpikeStandsOutFromAllItsNeighbours) {
  Grid<float> grid(5, 5, 2.0F);
  grid.at(1, 1) = 90;    // a peak
  grid.at(3, 3) = -300;  // a pit
  grid.at(0, 4) = 80;    // in the corner: three neighbours
  EXPECT_EQ(ClearSpikes(50, &grid), 3u);
  EXPECT_EQ(Unknown(grid), 3u);
  EXPECT_EQ(ClearSpikes(50, &grid), 0u);
}

TEST(VoidCells, HillsCliffsAndRidgesStay) {
  Grid<float> grid(6, 6, 0.0F);
  for (int row = 0; row < 6; ++row) {
    for (int column = 3; column < 6; ++column) grid.at(column, row) = 120;  // a cliff
  }
  grid.at(1, 1) = 49;                  // a low tower
  grid.at(1, 4) = grid.at(0, 4) = 70;  // two cells wide
  const Grid<float> before = grid;
  EXPECT_EQ(ClearSpikes(50, &grid), 0u);
  EXPECT_EQ(grid, before);
  // Too few known neighbours.
  Grid<float> alone = Row({NAN, 500, 1});
  EXPECT_EQ(ClearSpikes(50, &alone), 0u);
}

}  // namespace
}  // namespace citylayers::geo
