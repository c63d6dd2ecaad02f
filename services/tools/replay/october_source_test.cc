#include "services/tools/replay/october_source.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/roads/stable_id.h"
#include "tests/support/real_data.h"

namespace citylayers::replay {
namespace {

using readings::v1::QUALITY_ESTIMATED;
using readings::v1::QUALITY_GOOD;
using readings::v1::QUALITY_PROFILE;
using ::testing::HasSubstr;

CsvTable Table(const std::string& text) {
  auto table = ParseCsv(text, "test.csv");
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

// Way 7 is measured at 17:30 local and is stationary (F), way 8 at the same time flows (A); way 9
// is not measured.
const char kStreets[] =
    "street_id,period,los_float,period_idx\n"
    "7,period_10_30,2.2,21\n"
    "8,period_10_30,1.0,21\n";
const char kRiver[] =
    "station_id,station,lat,lon,date,high_water_m,low_water_m,alarm_level_in_source\n"
    "x,Phú An,10.7786,106.7078,2022-10-10,1.64,-0.82,3\n"
    "x,Phú An,10.7786,106.7078,2022-10-11,1.64,-1.0,3\n";

CityListing City() {
  const auto segment = [](std::int64_t way, double length_m, geo::RoadClass road_class) {
    return ListedSegment{.stable_id = geo::StableSegmentId(way, 0, false),
                         .mid = {106.7, 10.77},
                         .length_m = length_m,
                         .reference_speed_kmh = 40,
                         .road_class = road_class};
  };
  return {.stations = {{"phu-an", "Phú An", {106.7078, 10.7786}, {"water_level"}},
                       {"rain", "Phú An", {106.7078, 10.7786}, {"rainfall"}}},
          .segments = {segment(7, 100, geo::RoadClass::kPrimary),
                       segment(8, 100, geo::RoadClass::kPrimary),
                       segment(9, 200, geo::RoadClass::kPrimary),
                       segment(10, 500, geo::RoadClass::kService)}};
}

// The last reading of each measure in a period.
std::map<std::string, DueReading> Readings(const ScenarioSource& source, absl::Duration from,
                                           absl::Duration to) {
  std::vector<DueReading> due;
  source.Frame(from, to, 1, &due);
  std::map<std::string, DueReading> latest;
  for (const DueReading& reading : due) latest[source.measures()[reading.measure]] = reading;
  return latest;
}

std::string SpeedOf(std::int64_t way) {
  return "segments/" + std::to_string(geo::StableSegmentId(way, 0, false)) + "/measures/speed";
}

TEST(OctoberSource, MeasuredStreetsAreGoodAndOthersAreTheMedianOfTheirClass) {
  const auto source = OctoberSource::Make(Table(kStreets), Table(kRiver), City());
  ASSERT_TRUE(source.ok()) << source.status();
  const absl::Duration evening = absl::Hours(24) * 9 + absl::Hours(17.5);
  const auto readings = Readings(**source, evening, evening + absl::Minutes(29));
  EXPECT_EQ(readings.at(SpeedOf(7)).value, 8.0);
  EXPECT_EQ(readings.at(SpeedOf(7)).quality, QUALITY_GOOD);
  EXPECT_EQ(readings.at(SpeedOf(8)).value, 36.0);
  EXPECT_EQ(readings.at(SpeedOf(9)).value, 22.0) << "0.55 of 40, between the two";
  EXPECT_EQ(readings.at(SpeedOf(9)).quality, QUALITY_PROFILE);
  EXPECT_FALSE(readings.contains(SpeedOf(10))) << "service ways are not measured";
}

TEST(OctoberSource, AnHourWithoutRowsIsProfileEverywhere) {
  const auto source = OctoberSource::Make(Table(kStreets), Table(kRiver), City());
  ASSERT_TRUE(source.ok());
  const auto readings = Readings(**source, absl::Hours(3), absl::Hours(3.4));
  EXPECT_EQ(readings.at(SpeedOf(7)).quality, QUALITY_PROFILE);
}

TEST(OctoberSource, StagesAreEstimates) {
  const auto source = OctoberSource::Make(Table(kStreets), Table(kRiver), City());
  ASSERT_TRUE(source.ok());
  const absl::Duration high = absl::Hours(24) * 9 + absl::Hours(18);
  const auto readings = Readings(**source, high - absl::Minutes(5), high);
  ASSERT_TRUE(readings.contains("stations/phu-an/measures/water_level"));
  EXPECT_EQ(readings.at("stations/phu-an/measures/water_level").value, 1.64);
  EXPECT_EQ(readings.at("stations/phu-an/measures/water_level").quality, QUALITY_ESTIMATED);
  EXPECT_FALSE(readings.contains("stations/rain/measures/water_level"));
}

TEST(OctoberSource, TheMeasuredShareIsTold) {
  const auto source = OctoberSource::Make(Table(kStreets), Table(kRiver), City());
  ASSERT_TRUE(source.ok());
  const MeasuredShare share = (*source)->measured();
  EXPECT_DOUBLE_EQ(share.segments, 2.0 / 3);
  EXPECT_DOUBLE_EQ(share.length, 0.5);
  EXPECT_DOUBLE_EQ(share.half_hours, 2.0 / (3 * 48));
  EXPECT_THAT((*source)->Notes().front(),
              HasSubstr("66.7 % of 3 segments, 50.0 % of their length"));
}

TEST(OctoberSource, ACityWithoutStreetsAndGaugesIsRefused) {
  EXPECT_EQ(OctoberSource::Make(Table(kStreets), Table(kRiver), {}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(OctoberSource, MissingFilesAreNamed) {
  const auto source = OctoberSource::Open("/no/such", City());
  EXPECT_EQ(source.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(source.status().message()), HasSubstr("/no/such/traffic/"));
}

// The extract used by this project's demo has 524 streets of the recorded set.
TEST(OctoberSource, TheRecordedDataAreReadWhole) {
  CITYLAYERS_REAL_DATA_OR_SKIP(streets_path, "traffic/hcmc_street_los_by_halfhour.csv");
  CITYLAYERS_REAL_DATA_OR_SKIP(river_path, "flood/hcmc_river_level_daily_high_low_excerpt.csv");
  const auto streets = ReadCsv(streets_path.string());
  ASSERT_TRUE(streets.ok()) << streets.status();
  EXPECT_EQ(streets->rows.size(), 8290u);
  const auto profile = StreetProfile::FromCsv(*streets);
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_EQ(profile->street_count(), 1967u);
  const auto river = ReadCsv(river_path.string());
  ASSERT_TRUE(river.ok()) << river.status();
  const auto gauges = ReconstructRiver(*river, absl::CivilDay(2022, 10, 1), 31);
  ASSERT_TRUE(gauges.ok()) << gauges.status();
  ASSERT_EQ(gauges->size(), 2u);
  for (const RiverGauge& gauge : *gauges) EXPECT_EQ(gauge.extremes.size(), 31u * 4) << gauge.name;
}

}  // namespace
}  // namespace citylayers::replay
