#include "services/tools/replay/river_levels.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::replay {
namespace {

using ::testing::HasSubstr;

const absl::CivilDay kFirst(2022, 10, 1);

absl::StatusOr<std::vector<RiverGauge>> River(const std::string& rows, int days = 31) {
  auto table = ParseCsv(
      "station_id,station,lat,lon,date,high_water_m,low_water_m,alarm_level_in_source\n" + rows,
      "river.csv");
  EXPECT_TRUE(table.ok()) << table.status();
  return ReconstructRiver(*table, kFirst, days);
}

TEST(RiverLevels, HighsAndLowsStandAtTheirHours) {
  const auto river = River("x,Phú An,10.7786,106.7078,2022-10-01,1.43,-1.53,1\n");
  ASSERT_TRUE(river.ok()) << river.status();
  ASSERT_EQ(river->size(), 1u);
  const RiverGauge& gauge = river->front();
  EXPECT_EQ(gauge.name, "Phú An");
  EXPECT_DOUBLE_EQ(gauge.StageM(absl::Hours(5)), 1.43);
  EXPECT_DOUBLE_EQ(gauge.StageM(absl::Hours(11.5)), -1.53);
  EXPECT_DOUBLE_EQ(gauge.StageM(absl::Hours(18)), 1.43);
  EXPECT_DOUBLE_EQ(gauge.StageM(absl::Hours(23.5)), -1.53);
  EXPECT_NEAR(gauge.StageM(absl::Hours(14.75)), -0.05, 1e-3) << "half way up";
}

TEST(RiverLevels, NeverBeyondTheKnownExtremesAndWithoutLeaps) {
  const auto river = River(
      "x,Phú An,10.8,106.7,2022-10-01,1.43,-1.53,1\n"
      "x,Phú An,10.8,106.7,2022-10-02,1.28,-1.65,0\n");
  ASSERT_TRUE(river.ok());
  double before = river->front().StageM(absl::ZeroDuration());
  for (absl::Duration t; t <= absl::Hours(48); t += absl::Minutes(1)) {
    const double stage_m = river->front().StageM(t);
    EXPECT_LE(stage_m, 1.43);
    EXPECT_GE(stage_m, -1.65);
    EXPECT_LE(std::abs(stage_m - before), 0.02) << absl::FormatDuration(t);
    before = stage_m;
  }
}

TEST(RiverLevels, AMissingHighIsTheMeanOfItsNeighbours) {
  const auto river = River(
      "x,Phú An,10.8,106.7,2022-10-17,1.22,-1.15,0\n"
      "x,Phú An,10.8,106.7,2022-10-18,0,-0.95,0\n"
      "x,Phú An,10.8,106.7,2022-10-19,1.33,-0.87,0\n");
  ASSERT_TRUE(river.ok());
  EXPECT_NEAR(river->front().StageM(absl::Hours(24 * 17 + 18)), 1.275, 1e-9);
}

TEST(RiverLevels, OtherMonthsAreLeftOut) {
  const auto river = River("x,Phú An,10.8,106.7,2022-09-30,1.43,-1.53,1\n");
  ASSERT_TRUE(river.ok());
  EXPECT_TRUE(river->empty());
}

TEST(RiverLevels, BadCellsAreNamedWithTheirLine) {
  EXPECT_THAT(std::string(River("x,A,10,106,01.10.2022,1,-1,0\n").status().message()),
              HasSubstr("river.csv, line 2: date"));
  EXPECT_THAT(std::string(River("x,A,10,106,2022-10-01,164,-1,0\n").status().message()),
              HasSubstr("river.csv, line 2: a level beyond"));
  EXPECT_THAT(std::string(River("x,A,10,106,2022-10-01,high,-1,0\n").status().message()),
              HasSubstr("line 2: high_water_m \"high\" is not a number"));
}

}  // namespace
}  // namespace citylayers::replay
