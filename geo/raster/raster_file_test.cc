#include "geo/raster/raster_file.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <gdal_priv.h>

#include "tests/support/real_data.h"
#include "tests/support/temp_dir.h"

namespace citylayers::geo {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;

class RasterFileTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const { return dir_ / name; }

  test::TempDir dir_;
};

GridGeometry Geometry(int columns, int rows) {
  GridGeometry g;
  g.columns = columns;
  g.rows = rows;
  g.affine = {600000, 30, 4, 1200000, 5, -30};
  g.crs_wkt = "EPSG:32648";
  return g;
}

Grid<float> Values(int columns, int rows) {
  Grid<float> grid(columns, rows);
  for (std::size_t i = 0; i < grid.size(); ++i) grid[i] = static_cast<float>(i) * 0.25f - 3;
  return grid;
}

TEST_F(RasterFileTest, HeightsGeometryAndTagsComeBack) {
  Grid<float> values = Values(300, 200);
  values.at(17, 5) = NAN;
  GeoTiffOptions options;
  options.tags = {{kTagVerticalDatum, "egm2008"}, {kTagOffsetM, "-0.86"}, {kTagSynthetic, "true"}};
  for (const auto compression : {GeoTiffCompression::kDeflate, GeoTiffCompression::kZstd}) {
    options.compression = compression;
    const std::string path = Path("dem.tif");
    ASSERT_TRUE(WriteGeoTiff(path, Geometry(300, 200), values, options).ok());
    const auto raster = ReadRaster(path);
    ASSERT_TRUE(raster.ok()) << raster.status();
    EXPECT_EQ(raster->geometry.affine, Geometry(300, 200).affine);
    EXPECT_THAT(raster->geometry.crs_wkt, HasSubstr("UTM zone 48N"));
    EXPECT_THAT(raster->tags, ::testing::Contains(Pair(kTagVerticalDatum, "egm2008")));
    EXPECT_THAT(raster->tags, ::testing::Contains(Pair(kTagSynthetic, "true")));
    ASSERT_EQ(raster->values.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_TRUE(raster->values[i] == values[i] ||
                  (std::isnan(raster->values[i]) && std::isnan(values[i])));
    }
  }
}

TEST_F(RasterFileTest, BytesInMemoryAreTheFile) {
  Grid<std::uint8_t> mask(40, 30);
  mask.at(3, 4) = 255;
  const auto bytes = EncodeGeoTiff(Geometry(40, 30), mask);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  std::ofstream(Path("mask.tif"), std::ios::binary) << *bytes;
  const auto raster = ReadRaster(Path("mask.tif"));
  ASSERT_TRUE(raster.ok()) << raster.status();
  EXPECT_EQ(raster->values.at(3, 4), 255);
  EXPECT_EQ(raster->values.at(4, 4), 0);
  EXPECT_EQ(*bytes, EncodeGeoTiff(Geometry(40, 30), mask).value()) << "equal input, equal bytes";
}

TEST_F(RasterFileTest, WhatIsNoRasterIsRefusedByName) {
  EXPECT_EQ(ReadRaster(Path("absent.tif")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadRaster(dir_.path()).status().code(), absl::StatusCode::kNotFound);
  std::ofstream(Path("text.tif")) << "not a raster at all";
  const auto text = ReadRaster(Path("text.tif"));
  EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(text.status().message(), HasSubstr("text.tif"));
  std::ofstream(Path("empty.tif")) << "";
  EXPECT_FALSE(ReadRaster(Path("empty.tif")).ok());
}

TEST_F(RasterFileTest, ADamagedFileIsRefused) {
  const std::string path = Path("dem.tif");
  Grid<float> rough(300, 200);
  for (std::size_t i = 0; i < rough.size(); ++i) {
    rough[i] = std::sin(static_cast<float>(i * i % 10007));
  }
  ASSERT_TRUE(WriteGeoTiff(path, Geometry(300, 200), rough).ok());
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_FALSE(ReadRaster(path).ok());
}

TEST_F(RasterFileTest, LimitsAndBandsAreChecked) {
  const std::string path = Path("dem.tif");
  ASSERT_TRUE(WriteGeoTiff(path, Geometry(30, 20), Values(30, 20)).ok());
  EXPECT_EQ(ReadRaster(path, {.max_cells = 599}).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(ReadRaster(path, {.max_cells = 600}).ok());
  EXPECT_THAT(ReadRaster(path, {.band = 2}).status().message(), HasSubstr("no band 2, only 1"));
  EXPECT_FALSE(ReadRaster(path, {.band = 0}).ok());
}

TEST_F(RasterFileTest, WhatCannotBeWrittenSaysSoAndLeavesNoFile) {
  EXPECT_FALSE(WriteGeoTiff(Path("a.tif"), Geometry(3, 2), Values(2, 3)).ok());
  EXPECT_FALSE(WriteGeoTiff(Path("a.tif"), Geometry(0, 0), Grid<float>()).ok());
  GridGeometry unknown = Geometry(3, 2);
  unknown.crs_wkt = "EPSG:nonsense";
  EXPECT_FALSE(WriteGeoTiff(Path("a.tif"), unknown, Values(3, 2)).ok());
  EXPECT_FALSE(std::filesystem::exists(Path("a.tif")));
  EXPECT_EQ(WriteGeoTiff(Path("no/such/dir.tif"), Geometry(3, 2), Values(3, 2)).code(),
            absl::StatusCode::kInternal);
}

// Metadata of a band.
TEST_F(RasterFileTest, UnitScaleAndKindOfValuesAreTold) {
  const std::string path = Path("said.tif");
  ASSERT_TRUE(WriteGeoTiff(path, Geometry(3, 2), Values(3, 2)).ok());
  {
    auto* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE);
    dataset->GetRasterBand(1)->SetUnitType("ft");
    dataset->GetRasterBand(1)->SetScale(0.5);
    dataset->GetRasterBand(1)->SetOffset(7);
    GDALClose(dataset);
  }
  const auto scaled = ReadRaster(path);
  const auto stored = ReadRaster(path, {.as_stored = true});
  ASSERT_TRUE(scaled.ok() && stored.ok()) << scaled.status() << stored.status();
  EXPECT_EQ(stored->unit, "ft");
  EXPECT_EQ(stored->scale, 0.5);
  EXPECT_EQ(stored->offset, 7);
  EXPECT_FALSE(stored->is_picture || stored->is_byte);
  EXPECT_EQ(stored->values[4], Values(3, 2)[4]);
  EXPECT_FLOAT_EQ(scaled->values[4], Values(3, 2)[4] * 0.5F + 7);
}

TEST_F(RasterFileTest, ColoursAreAPicture) {
  const std::string path = Path("colours.tif");
  char** options = CSLSetNameValue(nullptr, "PHOTOMETRIC", "RGB");
  GDALClose(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(path.c_str(), 4, 4, 3,
                                                                     GDT_Byte, options));
  CSLDestroy(options);
  const auto colours = ReadRaster(path);
  ASSERT_TRUE(colours.ok()) << colours.status();
  EXPECT_TRUE(colours->is_picture && colours->is_byte);
  const std::string classes = Path("classes.tif");
  ASSERT_TRUE(WriteGeoTiff(classes, Geometry(2, 2), Grid<std::uint8_t>(2, 2, 1)).ok());
  EXPECT_FALSE(ReadRaster(classes)->is_picture);
  EXPECT_TRUE(ReadRaster(classes)->is_byte);
}

TEST(RealRaster, TheSfincsTerrainIsReadWithItsRotation) {
  CITYLAYERS_REAL_DATA_OR_SKIP(path, "dem/sfincs_compound/dep.tif");
  const auto raster = ReadRaster(path.string());
  ASSERT_TRUE(raster.ok()) << raster.status();
  EXPECT_EQ(raster->geometry.columns, 251);
  EXPECT_EQ(raster->geometry.rows, 107);
  EXPECT_NE(raster->geometry.affine[2], 0);
  EXPECT_THAT(raster->geometry.crs_wkt, HasSubstr("UTM zone 33N"));
  float lowest = 0, highest = 0;
  std::size_t known = 0;
  for (const float z : raster->values.cells()) {
    if (std::isnan(z)) continue;
    ++known;
    lowest = std::min(lowest, z);
    highest = std::max(highest, z);
  }
  EXPECT_EQ(lowest, -6);
  EXPECT_EQ(highest, 11.5f);
  EXPECT_NEAR(static_cast<double>(known) / static_cast<double>(raster->values.size()), 0.7581,
              1e-4);
}

}  // namespace
}  // namespace citylayers::geo
