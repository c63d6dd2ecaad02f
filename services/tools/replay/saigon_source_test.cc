#include "services/tools/replay/saigon_source.h"

#include <algorithm>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/tools/replay/scenario_catalog.h"

namespace citylayers::replay {
namespace {

CityListing City() {
  return {.stations = {{"phu-an", "Phú An", {106.7078, 10.7786}, {"water_level"}},
                       {"tan-son-hoa", "Tân Sơn Hòa", {106.6667, 10.7964}, {"rainfall"}},
                       {"elsewhere", "Somewhere", {106.6, 10.7}, {"water_level", "flow"}}},
          .segments = {{.stable_id = 1646592,
                        .mid = {106.70, 10.775},
                        .length_m = 100,
                        .reference_speed_kmh = 40,
                        .road_class = geo::RoadClass::kPrimary},
                       {.stable_id = 9,
                        .mid = {106.70, 10.775},
                        .length_m = 100,
                        .reference_speed_kmh = 20,
                        .road_class = geo::RoadClass::kService}}};
}

TEST(SaigonSource, PlaysWhatTheServerHasAndTheScenarioKnows) {
  const auto source = SaigonSource::Make(City());
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_THAT((*source)->measures(), testing::ElementsAre("stations/phu-an/measures/water_level",
                                                          "stations/tan-son-hoa/measures/rainfall",
                                                          "segments/1646592/measures/speed"));
}

TEST(SaigonSource, ADayHasAReadingEveryFiveAndTenMinutes) {
  const auto source = SaigonSource::Make(City());
  ASSERT_TRUE(source.ok());
  std::vector<DueReading> due;
  (*source)->Frame(absl::ZeroDuration(), absl::Hours(24), 1, &due);
  std::map<std::uint32_t, int> counts;
  double highest_m = 0;
  for (std::size_t i = 0; i < due.size(); ++i) {
    ++counts[due[i].measure];
    EXPECT_LE(due[i == 0 ? 0 : i - 1].at, due[i].at) << "in order of time";
    if (due[i].measure == 0) highest_m = std::max(highest_m, due[i].value);
    EXPECT_TRUE(due[i].measure != 2 || due[i].value > 0) << "a speed";
  }
  EXPECT_EQ(counts[0], 144);
  EXPECT_EQ(counts[1], 144);
  EXPECT_EQ(counts[2], 288);
  EXPECT_EQ(highest_m, 1.70);
}

TEST(SaigonSource, ACityThatTheScenarioDoesNotKnowIsRefused) {
  EXPECT_EQ(SaigonSource::Make({}).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ScenarioCatalog, UnknownScenariosAndMissingDataAreTold) {
  const auto unknown = OpenScenario("atlantis", "", City());
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(unknown.status().message()),
              testing::HasSubstr("there are saigon-king-tide, hcmc-2022-10"));
  const auto no_data = OpenScenario("hcmc-2022-10", "", City());
  EXPECT_EQ(no_data.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(no_data.status().message()), testing::HasSubstr("--real-data DIR"));
}

}  // namespace
}  // namespace citylayers::replay
