#include "services/tools/citypack/cell_walk.h"

#include <cmath>
#include <random>
#include <set>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::citypack {
namespace {

using ::testing::ElementsAre;

std::vector<std::pair<int, int>> Walk(geo::CellPoint a, geo::CellPoint b, int columns = 100,
                                      int rows = 100) {
  std::vector<std::pair<int, int>> cells;
  WalkCells(a, b, columns, rows, [&](int column, int row) { cells.emplace_back(column, row); });
  return cells;
}

TEST(CellWalk, VisitsCellsInOrder) {
  EXPECT_THAT(Walk({0.5, 0.5}, {3.5, 0.5}),
              ElementsAre(std::pair(0, 0), std::pair(1, 0), std::pair(2, 0), std::pair(3, 0)));
  EXPECT_THAT(Walk({2.5, 1.5}, {1.4, 0.1}),
              ElementsAre(std::pair(2, 1), std::pair(2, 0), std::pair(1, 0)));
  EXPECT_THAT(Walk({2.5, 2.5}, {2.5, 2.5}), ElementsAre(std::pair(2, 2)));
}

TEST(CellWalk, LeavesOutCellsOutside) {
  EXPECT_THAT(Walk({-3.5, 0.5}, {1.5, 0.5}), ElementsAre(std::pair(0, 0), std::pair(1, 0)));
  EXPECT_TRUE(Walk({-3.5, -0.5}, {-1.5, -2.5}).empty());
}

// Compared with a walk in tiny steps, which finds every cell that is crossed by more than a step.
TEST(CellWalk, EqualsAWalkInTinySteps) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> place(0.01, 19.99);
  for (int round = 0; round < 500; ++round) {
    const geo::CellPoint a{place(random), place(random)}, b{place(random), place(random)};
    const auto walked = Walk(a, b);
    const std::set<std::pair<int, int>> cells(walked.begin(), walked.end());
    EXPECT_EQ(cells.size(), walked.size());
    for (std::size_t i = 1; i < walked.size(); ++i) {
      EXPECT_EQ(std::abs(walked[i].first - walked[i - 1].first) +
                    std::abs(walked[i].second - walked[i - 1].second),
                1);
    }
    for (int k = 0; k <= 5000; ++k) {
      const double t = k / 5000.0;
      const double x = a.column + t * (b.column - a.column), y = a.row + t * (b.row - a.row);
      const bool at_border =
          std::abs(x - std::round(x)) < 1e-9 || std::abs(y - std::round(y)) < 1e-9;
      if (at_border) continue;
      EXPECT_TRUE(cells.contains({static_cast<int>(x), static_cast<int>(y)}));
    }
  }
}

std::string Drawn(const geo::Grid<std::uint8_t>& grid) {
  std::string text = "\n";
  for (int row = 0; row < grid.rows(); ++row) {
    for (int column = 0; column < grid.columns(); ++column) {
      text += grid.at(column, row) != 0 ? '#' : '.';
    }
    text += '\n';
  }
  return text;
}

TEST(FillRings, FillsCellsWhoseCentreIsInside) {
  geo::Grid<std::uint8_t> grid(8, 6);
  // A square with a hole; the outside ring repeats its first point at the end.
  const std::vector<std::vector<geo::CellPoint>> rings = {{{1, 1}, {7, 1}, {7, 5}, {1, 5}, {1, 1}},
                                                          {{3, 2}, {5, 2}, {5, 4}, {3, 4}}};
  FillRings(rings, 1, &grid);
  EXPECT_EQ(Drawn(grid), R"(
........
.######.
.##..##.
.##..##.
.######.
........
)");
}

TEST(FillRings, TrianglesAndShapesBeyondTheGrid) {
  geo::Grid<std::uint8_t> grid(6, 4);
  FillRings(std::vector<std::vector<geo::CellPoint>>{{{-2, -2}, {4, -2}, {-2, 4}}}, 1, &grid);
  EXPECT_EQ(Drawn(grid), R"(
#.....
......
......
......
)");
  FillRings(std::vector<std::vector<geo::CellPoint>>{{{2, -9}, {99, -9}, {99, 99}, {2, 99}}}, 1,
            &grid);
  EXPECT_EQ(Drawn(grid), R"(
#.####
..####
..####
..####
)");
}

}  // namespace
}  // namespace citylayers::citypack
