#include "services/programs/citylayers/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::cli {
namespace {

const absl::Time kEvening = absl::FromUnixSeconds(1762426800);  // 2025-11-06 18:00 in the city

TEST(Format, TimesAreThoseOfTheCity) {
  EXPECT_EQ(FormatCityTime(kEvening), "2025-11-06 18:00:00");
  EXPECT_EQ(FormatCityTime(absl::UnixEpoch()), "-");
}

TEST(Format, NumbersHaveNoNegativeZero) {
  EXPECT_EQ(FormatNumber(-0.001, 2), "0.00");
  EXPECT_EQ(FormatNumber(-0.25, 2), "-0.25");
  EXPECT_EQ(FormatNumber(1.695, 1), "1.7");
}

TEST(Format, CountsAreGrouped) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(12345678), "12,345,678");
}

TEST(ParseCityTime, ReadsWhatPeopleWrite) {
  for (const char* text : {"2025-11-06T18:00:00+07:00", "2025-11-06T11:00:00Z", "2025-11-06 18:00",
                           "2025-11-06 18:00:00", "18:00"}) {
    const auto time = ParseCityTime(text, kEvening - absl::Hours(10));
    ASSERT_TRUE(time.ok()) << text << ": " << time.status();
    EXPECT_EQ(*time, kEvening) << text;
  }
  EXPECT_FALSE(ParseCityTime("tomorrow", kEvening).ok());
}

TEST(ParseCityTime, HoursAreOfTheCitysDayNotOfUtc) {
  // At 01:00 in the city, UTC still has the previous day.
  const absl::Time night = kEvening + absl::Hours(7);
  EXPECT_EQ(*ParseCityTime("00:30", night), kEvening + absl::Hours(6.5));
}

TEST(ParseBox, FourDegreesInOrder) {
  const auto box = ParseBox("106.68,10.76,106.71,10.79");
  ASSERT_TRUE(box.ok());
  EXPECT_EQ(*box, (LonLatBox{106.68, 10.76, 106.71, 10.79}));
  for (const char* text : {"", "1,2,3", "1,2,3,4,5", "106.71,10.76,106.68,10.79", "a,b,c,d",
                           "0,0,0,91", "nan,0,1,1"}) {
    EXPECT_FALSE(ParseBox(text).ok()) << text;
  }
}

TEST(EnumWord, DropsThePrefix) {
  EXPECT_EQ(EnumWord("SEVERITY_SEVERE", "SEVERITY_"), "severe");
  EXPECT_EQ(EnumWord("LAYER_KIND_LIVE", "LAYER_KIND_"), "live");
  EXPECT_EQ(EnumWord("TRAFFIC_LEVEL_UNSPECIFIED", "TRAFFIC_LEVEL_", "unknown"), "unknown");
}

TEST(ResourceName, TakesShortAndLong) {
  EXPECT_EQ(ResourceName("alerts", "17"), "alerts/17");
  EXPECT_EQ(ResourceName("alerts", "alerts/17"), "alerts/17");
}

}  // namespace
}  // namespace citylayers::cli
