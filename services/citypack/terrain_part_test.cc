#include "services/citypack/terrain_part.h"

#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::citypack {
namespace {

using ::testing::ElementsAre;

// A terrain from a drawing, one character a cell of 0.001 degrees from 106.7 E, 10.8 N on: a digit
// is a height in metres, "-" is one metre below zero, "?" is not known.
TerrainPart Drawn(const std::string& drawing) {
  std::vector<std::string> lines;
  for (const char c : drawing) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  lines.pop_back();
  TerrainPart t;
  t.geometry.columns = static_cast<int>(lines[0].size());
  t.geometry.rows = static_cast<int>(lines.size());
  t.geometry.affine = {106.7, 0.001, 0, 10.8, 0, -0.001};
  t.geometry.crs_wkt = "EPSG:4326";
  t.elevation_m = geo::Grid<float>(t.geometry.columns, t.geometry.rows);
  t.open_water = geo::Grid<std::uint8_t>(t.geometry.columns, t.geometry.rows);
  for (int row = 0; row < t.geometry.rows; ++row) {
    for (int column = 0; column < t.geometry.columns; ++column) {
      const char c = lines[row][column];
      t.elevation_m.at(column, row) = c == '-'   ? -1.0f
                                      : c == '?' ? std::numeric_limits<float>::quiet_NaN()
                                                 : static_cast<float>(c - '0');
    }
  }
  return t;
}

std::string Water(const TerrainPart& t) {
  std::string text = "\n";
  for (int row = 0; row < t.open_water.rows(); ++row) {
    for (int column = 0; column < t.open_water.columns(); ++column) {
      text += t.open_water.at(column, row) != 0 ? '~' : '.';
    }
    text += '\n';
  }
  return text;
}

TEST(TerrainPart, SeaIsWhatIsLowAndJoinedToTheEdge) {
  TerrainPart t = Drawn(R"(
2222222
--22222
22-2--2
22-2--2
2222222
)");
  MarkSea(0, &t);
  EXPECT_EQ(Water(t), R"(
.......
~~.....
..~....
..~....
.......
)");
}

TEST(TerrainPart, SeaBehindCellsOfNoDataIsFound) {
  TerrainPart t = Drawn(R"(
?-2
?-2
222
)");
  MarkSea(0, &t);
  EXPECT_EQ(Water(t), R"(
.~.
.~.
...
)");
}

TEST(TerrainPart, WaterBodiesAreMarkedWithTheirIslands) {
  TerrainPart t = Drawn(R"(
22222
22222
22222
22222
22222
)");
  const WaterBody lake = {
      {{106.7005, 10.7995}, {106.7045, 10.7995}, {106.7045, 10.7955}, {106.7005, 10.7955}},
      {{106.702, 10.798}, {106.703, 10.798}, {106.703, 10.797}, {106.702, 10.797}}};
  ASSERT_TRUE(MarkWaterBodies({lake}, &t).ok());
  int wet = 0;
  for (const std::uint8_t w : t.open_water.cells()) wet += w;
  EXPECT_EQ(t.open_water.at(2, 2), 0);
  EXPECT_EQ(t.open_water.at(1, 1), 1);
  EXPECT_GE(wet, 8);
}

TEST(TerrainPart, ConnectionNeedsWaterAndHasNoInfinity) {
  TerrainPart dry = Drawn("\n22\n22\n");
  EXPECT_TRUE(absl::IsFailedPrecondition(MakeConnection(dry).status()));
  TerrainPart t = Drawn("\n-3?1\n");
  t.open_water.at(0, 0) = 1;
  const auto level = MakeConnection(t);
  ASSERT_TRUE(level.ok());
  EXPECT_EQ(level->at(0, 0), -1);
  EXPECT_EQ(level->at(1, 0), 3);
  EXPECT_TRUE(std::isnan(level->at(3, 0)));  // behind a wall
  t = Drawn("\n?3\n");
  t.open_water.at(0, 0) = 1;
  EXPECT_EQ(MakeConnection(t)->at(0, 0), kAlwaysConnectedM);
}

geo::RoadGraph Street(std::vector<LonLat> points, bool bridge = false) {
  geo::Way way;
  way.id = 1;
  way.bridge = bridge;
  way.points = std::move(points);
  for (std::size_t i = 0; i < way.points.size(); ++i) way.nodes.push_back(static_cast<int>(i) + 1);
  return *geo::BuildRoadGraph(std::vector<geo::Way>{way});
}

TEST(TerrainPart, StreetsRunOverCellsInDrivingOrder) {
  TerrainPart t = Drawn(R"(
2222
2222
)");
  const std::vector<LonLat> line = {{106.6995, 10.7995}, {106.7025, 10.7995}, {106.7025, 10.7985}};
  const auto cells = MakeSegmentCells(Street(line), t);
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_EQ(cells->columns, 4u);
  EXPECT_THAT(cells->begins, ElementsAre(0, 4, 8));
  EXPECT_THAT(cells->cells, ElementsAre(0, 1, 2, 6, 6, 2, 1, 0));
  t.open_water.at(1, 0) = 1;
  EXPECT_THAT(MakeSegmentCells(Street(line), t)->cells, ElementsAre(0, 2, 6, 6, 2, 0));
  EXPECT_TRUE(MakeSegmentCells(Street(line, /*bridge=*/true), t)->cells.empty());
}

TEST(TerrainPart, ReferenceSystemIsNeeded) {
  TerrainPart t = Drawn("\n22\n");
  t.geometry.crs_wkt = "";
  EXPECT_TRUE(absl::IsInvalidArgument(MarkWaterBodies({}, &t)));
}

}  // namespace
}  // namespace citylayers::citypack
