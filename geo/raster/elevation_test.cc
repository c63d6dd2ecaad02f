#include "geo/raster/elevation.h"

#include <cmath>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Raster Flat(float value, const std::string& unit = "") {
  Raster raster;
  raster.values = Grid<float>(4, 4, value);
  raster.geometry.columns = raster.geometry.rows = 4;
  raster.unit = unit;
  return raster;
}

std::string Refused(Raster raster, const ElevationOptions& options = {}) {
  const auto elevation = MakeElevation(std::move(raster), "dem.tif", options);
  EXPECT_TRUE(absl::IsInvalidArgument(elevation.status()));
  EXPECT_THAT(elevation.status().message(), HasSubstr("dem.tif"));
  return std::string(elevation.status().message());
}

TEST(Elevation, UnitsOfLengthAreKnown) {
  for (const char* metres : {"", "m", "metre", "Meters", " m "}) {
    EXPECT_EQ(MetresInUnit(metres), 1) << metres;
  }
  EXPECT_EQ(MetresInUnit("ft"), 0.3048);
  EXPECT_EQ(MetresInUnit("US survey foot"), 1200.0 / 3937);
  EXPECT_EQ(MetresInUnit("CM"), 0.01);
  for (const char* other : {"degree", "mm/h", "metres over sea", "ft2", "K"}) {
    EXPECT_EQ(MetresInUnit(other), std::nullopt) << other;
  }
}

TEST(Elevation, HeightsComeOutInMetres) {
  EXPECT_FLOAT_EQ(MakeElevation(Flat(10, "ft"), "x")->raster.values[0], 3.048F);
  EXPECT_FLOAT_EQ(MakeElevation(Flat(250, "cm"), "x")->raster.values[0], 2.5F);
  Raster scaled = Flat(1200, "ft");
  scaled.scale = 0.01;
  scaled.offset = -2;
  EXPECT_FLOAT_EQ(MakeElevation(scaled, "x")->raster.values[0], 3.048F);
  EXPECT_EQ(MakeElevation(Flat(3), "x")->raster.values[0], 3);
}

TEST(Elevation, TheReferenceSystemMaySayTheUnit) {
  const ElevationOptions feet{.height_system_unit_m = 0.3048};
  EXPECT_FLOAT_EQ(MakeElevation(Flat(10), "x", feet)->raster.values[0], 3.048F);
  EXPECT_FLOAT_EQ(MakeElevation(Flat(10, "foot"), "x", feet)->raster.values[0], 3.048F);
  EXPECT_THAT(Refused(Flat(10, "m"), feet), HasSubstr("vertical reference system"));
  EXPECT_THAT(Refused(Flat(10, "furlong")), HasSubstr("\"furlong\""));
}

TEST(Elevation, PicturesAreNotTerrain) {
  Raster colours = Flat(120);
  colours.is_picture = true;
  EXPECT_THAT(Refused(colours), HasSubstr("colours"));
  Raster shade = Flat(120);
  shade.is_byte = true;
  EXPECT_THAT(Refused(shade), HasSubstr("8 bits"));
  shade.scale = 0.1;
  EXPECT_FLOAT_EQ(MakeElevation(shade, "x")->raster.values[0], 12);
}

TEST(Elevation, VoidsAreFoundBeforeTheScaleAndAfterIt) {
  Raster raster = Flat(20);
  raster.values.at(0, 0) = -9999;
  raster.values.at(2, 2) = 3e38F;
  raster.scale = 0.1;
  const auto elevation = MakeElevation(raster, "x");
  ASSERT_TRUE(elevation.ok()) << elevation.status();
  EXPECT_THAT(elevation->void_values, ElementsAre(VoidValue{-9999, 1}));
  EXPECT_EQ(elevation->impossible_cells, 1u);
  EXPECT_TRUE(std::isnan(elevation->raster.values.at(0, 0)));
  EXPECT_TRUE(std::isnan(elevation->raster.values.at(2, 2)));
  EXPECT_FLOAT_EQ(elevation->raster.values.at(1, 1), 2);
}

TEST(Elevation, SpikesAreVoid) {
  Raster raster = Flat(2);
  raster.values.at(1, 1) = -400;
  EXPECT_EQ(MakeElevation(raster, "x")->spike_cells, 1u);
  EXPECT_EQ(MakeElevation(raster, "x", {.spike_m = 500})->spike_cells, 0u);
}

TEST(Elevation, NothingButVoidsIsRefused) {
  EXPECT_THAT(Refused(Flat(-9999)), HasSubstr("no cell"));
  EXPECT_THAT(Refused(Flat(NAN)), HasSubstr("no cell"));
}

}  // namespace
}  // namespace citylayers::geo
