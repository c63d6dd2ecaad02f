#include "geo/projection/height_system.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::geo {
namespace {

using ::testing::HasSubstr;

HeightSystem Of(const std::string& crs) {
  const auto heights = HeightSystemOf(crs);
  EXPECT_TRUE(heights.ok()) << crs << heights.status();
  EXPECT_TRUE(heights.ok() && heights->has_value()) << crs;
  return heights.ok() && heights->has_value() ? **heights : HeightSystem();
}

TEST(HeightSystem, FlatSystemsHaveNone) {
  for (const char* crs : {"EPSG:4326", "EPSG:32648", "EPSG:9210", "EPSG:3857",
                          "+proj=utm +zone=48 +ellps=WGS84 +towgs84=1,2,3 +type=crs"}) {
    const auto heights = HeightSystemOf(crs);
    ASSERT_TRUE(heights.ok()) << crs << heights.status();
    EXPECT_FALSE(heights->has_value()) << crs;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(HeightSystemOf("EPSG:99999999").status()));
}

TEST(HeightSystem, KnownDatumsAreToldByName) {
  EXPECT_EQ(Of("EPSG:32648+3855").datum, VerticalDatum::kEgm2008);
  EXPECT_EQ(Of("EPSG:4326+5773").datum, VerticalDatum::kEgm96);
  EXPECT_EQ(Of("EPSG:9210+5727").datum, VerticalDatum::kHonDau);
  EXPECT_EQ(Of("EPSG:32648+5703").datum, std::nullopt);  // NAVD88
  EXPECT_EQ(Of("EPSG:32648+3855").unit_m, 1);
}

TEST(HeightSystem, UnitsAreInMetres) {
  EXPECT_NEAR(Of("EPSG:32648+6360").unit_m, 1200.0 / 3937, 1e-12);  // NAVD88 in US survey feet
  EXPECT_NEAR(Of("EPSG:32648+8228").unit_m, 0.3048, 1e-12);         // NAVD88 in feet
}

TEST(HeightSystem, TheEllipsoidIsNoSeaLevel) {
  const HeightSystem heights = Of("EPSG:4979");
  EXPECT_TRUE(heights.ellipsoidal);
  EXPECT_EQ(heights.datum, std::nullopt);
}

TEST(HeightSystem, ADatumThatContradictsTheFileIsRefused) {
  const auto refusal = [](const char* crs, VerticalDatum given) {
    return std::string(CheckDeclaredHeights(Of(crs), given).message());
  };
  EXPECT_THAT(refusal("EPSG:32648+3855", VerticalDatum::kHonDau), HasSubstr("EGM2008 height"));
  EXPECT_THAT(refusal("EPSG:32648+3855", VerticalDatum::kHonDau), HasSubstr("--dem-datum egm2008"));
  EXPECT_THAT(refusal("EPSG:4326+5773", VerticalDatum::kEgm2008), HasSubstr("--dem-datum egm96"));
  EXPECT_THAT(refusal("EPSG:9210+5727", VerticalDatum::kEgm2008), HasSubstr("hondau"));
  EXPECT_THAT(refusal("EPSG:32648+5703", VerticalDatum::kHonDau), HasSubstr("--dem-datum local"));
  EXPECT_THAT(refusal("EPSG:4979", VerticalDatum::kEgm2008), HasSubstr("ellipsoid"));
  EXPECT_THAT(refusal("EPSG:32648+5715", VerticalDatum::kLocal), HasSubstr("depths"));
  EXPECT_EQ(refusal("EPSG:32648+3855", VerticalDatum::kEgm2008), "");
  EXPECT_EQ(refusal("EPSG:9210+5727", VerticalDatum::kHonDau), "");
  EXPECT_EQ(refusal("EPSG:32648+5703", VerticalDatum::kLocal), "");
  EXPECT_EQ(refusal("EPSG:4979", VerticalDatum::kLocal), "");
}

}  // namespace
}  // namespace citylayers::geo
