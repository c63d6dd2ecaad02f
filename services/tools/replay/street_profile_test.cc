#include "services/tools/replay/street_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::replay {
namespace {

using ::testing::HasSubstr;

CsvTable Table(const std::string& rows) {
  auto table = ParseCsv("street_id,period,los_float,period_idx\n" + rows, "los.csv");
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

TEST(SpeedShare, KnotsAreThePublishedTableAndLinesJoinThem) {
  EXPECT_DOUBLE_EQ(SpeedShareOfLos(1.0), 0.90);
  EXPECT_DOUBLE_EQ(SpeedShareOfLos(1.48), 0.585);
  EXPECT_DOUBLE_EQ(SpeedShareOfLos(2.2), 0.20);
  EXPECT_NEAR(SpeedShareOfLos(2.08), 0.275, 1e-9);
  for (double los = 1.0; los < 2.2; los += 0.01) {
    EXPECT_GT(SpeedShareOfLos(los), SpeedShareOfLos(los + 0.01)) << los;
  }
}

TEST(StreetProfile, PeriodsAreUtcAndShownInLocalTime) {
  // 10:30 UTC is 17:30 in Saigon, the evening rush; 22:00 UTC is 05:00 of the next day.
  const auto profile =
      StreetProfile::FromCsv(Table("7,period_10_30,2.2,21\n7,period_22_00,1.0,44\n"));
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_EQ(profile->Observed(7, 35), 0.20);
  EXPECT_EQ(profile->Observed(7, 10), 0.90);
  EXPECT_EQ(profile->Observed(7, 21), std::nullopt);
  EXPECT_EQ(profile->Observed(8, 35), std::nullopt);
}

TEST(StreetProfile, BadCellsAreNamedWithTheirLine) {
  for (const auto& [row, words] :
       {std::pair{"x,period_1_00,1.0,2\n",
                  "line 2: street_id \"x\" is not an OpenStreetMap way id"},
        std::pair{"7,period_24_00,1.0,2\n", "line 2: period"},
        std::pair{"7,period_1_15,1.0,2\n", "line 2: period"},
        std::pair{"7,period_1_00,2.3,2\n", "line 2: los_float \"2.3\" is not in 1.0 to 2.2"},
        std::pair{"7,period_1_00,,2\n", "line 2: los_float \"\" is not a number"}}) {
    const auto profile = StreetProfile::FromCsv(Table(row));
    EXPECT_THAT(std::string(profile.status().message()), HasSubstr(words));
  }
}

TEST(ClassMedians, FallBackFromHalfHourToAllClassesToTheDay) {
  // Local 17:30: two primary streets. Local 08:00 (01:00 UTC): one tertiary street.
  const auto profile = StreetProfile::FromCsv(
      Table("1,period_10_30,2.2,21\n2,period_10_30,1.0,21\n3,period_1_00,1.48,2\n"));
  ASSERT_TRUE(profile.ok());
  const ClassMedians medians(*profile, {{1, geo::RoadClass::kPrimary},
                                        {2, geo::RoadClass::kPrimary},
                                        {3, geo::RoadClass::kTertiary}});
  EXPECT_DOUBLE_EQ(medians.Share(geo::RoadClass::kPrimary, 35), 0.55) << "of 0.20 and 0.90";
  EXPECT_DOUBLE_EQ(medians.Share(geo::RoadClass::kTertiary, 35), 0.55) << "of all classes";
  EXPECT_DOUBLE_EQ(medians.Share(geo::RoadClass::kTertiary, 3), 0.585) << "of its whole day";
  EXPECT_DOUBLE_EQ(medians.Share(geo::RoadClass::kTrunk, 3), 0.90) << "no data: free flow";
}

TEST(ClassMedians, StreetsThatTheCityDoesNotHaveDoNotCount) {
  const auto profile =
      StreetProfile::FromCsv(Table("1,period_10_30,2.2,21\n2,period_10_30,1.0,21\n"));
  ASSERT_TRUE(profile.ok());
  const ClassMedians medians(*profile, {{2, geo::RoadClass::kPrimary}});
  EXPECT_DOUBLE_EQ(medians.Share(geo::RoadClass::kPrimary, 35), 0.90);
}

}  // namespace
}  // namespace citylayers::replay
