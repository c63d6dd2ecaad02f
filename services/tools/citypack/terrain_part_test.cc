#include "services/tools/citypack/terrain_part.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gdal_priv.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/raster/raster_file.h"
#include "services/tools/citypack/segment_cells_part.h"
#include "tests/support/small_city.h"

namespace citylayers::citypack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A terrain from a drawing, one character per cell of 0.001 degrees, beginning at 106.7 E, 10.8 N:
// a digit is a height in metres, "-" is one metre below zero, "?" is unknown.
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

TEST(TerrainPart, GroundThatIsNotKnownIsNotDry) {
  const auto unknown = [](const TerrainPart& t, const std::vector<LonLat>& line) {
    const auto cells = MakeSegmentCells(Street(line), t);
    EXPECT_TRUE(cells.ok()) << cells.status();
    EXPECT_EQ(cells->unknown.size(), 2u);
    EXPECT_EQ(cells->unknown[0], cells->unknown[1]) << "twins";
    return cells->unknown[0] != 0;
  };
  const TerrainPart t = Drawn(R"(
22222222222222222222
222222?222222???2222
)");
  const auto at = [](double column, double row) {
    return LonLat{106.7 + 0.001 * column, 10.8 - 0.001 * row};
  };
  EXPECT_FALSE(unknown(t, {at(0.5, 0.5), at(19.5, 0.5)}));
  EXPECT_FALSE(unknown(t, {at(0.5, 1.5), at(11.5, 1.5)})) << "one cell of twelve";
  EXPECT_TRUE(unknown(t, {at(8.5, 1.5), at(19.5, 1.5)})) << "three cells of twelve";
  EXPECT_TRUE(unknown(t, {at(10.5, 0.5), at(29.5, 0.5)})) << "half of it is beyond the edge";
  EXPECT_TRUE(unknown(t, {at(30, 30), at(31, 30)}));
  EXPECT_TRUE(unknown(t, {at(-5, 0.5), at(30, 0.5)})) << "both ends are beyond the edges";
  // Cells of unknown height are left out, so that they are not used as ground.
  EXPECT_EQ(MakeSegmentCells(Street({at(12.5, 1.5), at(16.5, 1.5)}), t)->cells.size(), 4u);
  EXPECT_EQ(MakeSegmentCells(Street({at(30, 30), at(31, 30)}, /*bridge=*/true), t)->unknown[0], 0)
      << "a bridge is dry wherever it is";
  TerrainPart river = Drawn("\n--------\n");
  for (std::uint8_t& w : river.open_water.cells()) w = 1;
  EXPECT_FALSE(unknown(river, {at(0.5, 0.5), at(7.5, 0.5)})) << "open water is known";
}

TEST(TerrainPart, ReferenceSystemIsNeeded) {
  TerrainPart t = Drawn("\n22\n");
  t.geometry.crs_wkt = "";
  EXPECT_TRUE(absl::IsInvalidArgument(MarkWaterBodies({}, &t)));
}

// A DEM on disk: 10 x 10 cells of 30 m near Can Tho whose heights rise from -1 m in the west.
class ReadDemTest : public ::testing::Test {
 protected:
  ReadDemTest() : heights_m_(10, 10) {
    for (int row = 0; row < 10; ++row) {
      for (int column = 0; column < 10; ++column) {
        heights_m_.at(column, row) = -1.0F + 0.5F * static_cast<float>(column);
      }
    }
  }
  // `per_metre`: the unit of the heights, as units per metre.
  std::string Write(float per_metre, const std::string& crs, const std::string& unit,
                    const geo::RasterTags& tags = {}) {
    geo::GridGeometry geometry;
    geometry.columns = geometry.rows = 10;
    geometry.affine = {582000, 30, 0, 1109000, 0, -30};
    geometry.crs_wkt = crs;
    geo::Grid<float> values = heights_m_;
    for (float& value : values.cells()) value *= per_metre;
    const std::string path = dir_ / "dem.tif";
    const absl::Status written = geo::WriteGeoTiff(path, geometry, values, {.tags = tags});
    EXPECT_TRUE(written.ok()) << written;
    if (!unit.empty()) {
      auto* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE);
      dataset->GetRasterBand(1)->SetUnitType(unit.c_str());
      GDALClose(dataset);
    }
    return path;
  }
  std::string Refusal(const std::string& path, const std::string& datum) {
    const auto terrain = ReadDem(path, datum, std::nullopt, &warnings_);
    EXPECT_TRUE(absl::IsInvalidArgument(terrain.status())) << terrain.status();
    EXPECT_THAT(terrain.status().message(), HasSubstr("dem.tif"));
    return std::string(terrain.status().message());
  }
  void ExpectSameHeights(const absl::StatusOr<TerrainPart>& terrain) {
    ASSERT_TRUE(terrain.ok()) << terrain.status();
    for (std::size_t i = 0; i < heights_m_.size(); ++i) {
      ASSERT_NEAR(terrain->elevation_m[i], heights_m_[i], 1e-5);
    }
  }

  TempDir dir_;
  geo::Grid<float> heights_m_;
  std::vector<std::string> warnings_;
};

TEST_F(ReadDemTest, FeetAndCentimetresBecomeMetres) {
  ExpectSameHeights(ReadDem(Write(1, "EPSG:32648", ""), "hondau", {}, &warnings_));
  ExpectSameHeights(ReadDem(Write(1 / 0.3048F, "EPSG:32648", "ft"), "hondau", {}, &warnings_));
  ExpectSameHeights(ReadDem(Write(100, "EPSG:32648", "cm"), "hondau", {}, &warnings_));
  // The vertical part of the reference system is in US survey feet.
  ExpectSameHeights(
      ReadDem(Write(3937.0F / 1200, "EPSG:32648+6360", ""), "local", 0.0, &warnings_));
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_THAT(Refusal(Write(1, "EPSG:32648", "fathom"), "hondau"), HasSubstr("fathom"));
}

TEST_F(ReadDemTest, ADatumThatTheFileContradictsIsRefused) {
  EXPECT_THAT(Refusal(Write(1, "EPSG:32648+3855", ""), "hondau"), HasSubstr("EGM2008 height"));
  EXPECT_THAT(Refusal(Write(1, "EPSG:32648+5703", ""), "egm2008"), HasSubstr("NAVD88"));
  EXPECT_TRUE(ReadDem(Write(1, "EPSG:32648+3855", ""), "egm2008", {}, &warnings_).ok());
  // The terrain of a pack, used as a DEM, is already relative to Hòn Dấu.
  const std::string moved = Write(1, "EPSG:32648", "", {{geo::kTagVerticalDatum, "hondau"}});
  EXPECT_THAT(Refusal(moved, "egm2008"), HasSubstr("--dem-datum hondau"));
  ExpectSameHeights(ReadDem(moved, "hondau", {}, &warnings_));
}

TEST_F(ReadDemTest, UndeclaredVoidsAndSpikesAreUnknownAndTold) {
  heights_m_.at(3, 3) = -9999;
  heights_m_.at(4, 3) = -9999;
  heights_m_.at(7, 7) = -3.4e38F;
  heights_m_.at(8, 2) = 700;
  const auto terrain = ReadDem(Write(1, "EPSG:32648", ""), "egm2008", {}, &warnings_);
  ASSERT_TRUE(terrain.ok()) << terrain.status();
  for (const auto& [column, row] : {std::pair(3, 3), {4, 3}, {7, 7}, {8, 2}}) {
    EXPECT_TRUE(std::isnan(terrain->elevation_m.at(column, row))) << column << ' ' << row;
  }
  EXPECT_FLOAT_EQ(terrain->elevation_m.at(5, 5), 1.5F - 0.86F);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("2 cells of -9999"), HasSubstr("1 cells"),
                                     HasSubstr("all their neighbours")));
}

TEST_F(ReadDemTest, ADatumThatNothingTiesToWgs84IsRefused) {
  const std::string tm3 =
      "+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m";
  EXPECT_THAT(Refusal(Write(1, tm3, ""), "hondau"), HasSubstr("EPSG:9210"));
  EXPECT_TRUE(ReadDem(Write(1, "EPSG:9210", ""), "hondau", {}, &warnings_).ok());
  EXPECT_TRUE(ReadDem(Write(1, "EPSG:3405", ""), "hondau", {}, &warnings_).ok());
}

}  // namespace
}  // namespace citylayers::citypack
