#include "services/alerts/rules/data_gaps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::alerts {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'762'425'000);

Conditions GoodConditions() {
  Conditions conditions;
  conditions.stages = {{.station = "stations/phu-an",
                        .place = {"Phú An", "Phu An"},
                        .stage_m = 1,
                        .read_time = kNow,
                        .levels_m = {1.4, 1.5, 1.6}}};
  conditions.streets.emplace().data_time = kNow;
  conditions.jams.emplace().data_time = kNow;
  return conditions;
}

std::vector<DataGap> Find(const Conditions& conditions) {
  return GapFinder({}).Find(conditions, kNow, {});
}

TEST(GapFinder, NothingIsMissingWhenAllAnswerWithFreshData) {
  EXPECT_THAT(Find(GoodConditions()), IsEmpty());
}

TEST(GapFinder, AGaugeThatIsSilentOrNeverReadOrNotMeasuredIsAGap) {
  Conditions conditions = GoodConditions();
  StageObservation& gauge = conditions.stages->at(0);
  gauge.stale = true;
  gauge.read_time = kNow - absl::Minutes(31);
  ASSERT_EQ(Find(conditions).size(), 1u);
  EXPECT_EQ(Find(conditions)[0].subject, "stations/phu-an");
  EXPECT_EQ(Find(conditions)[0].since, gauge.read_time);
  EXPECT_THAT(Find(conditions)[0].reason, HasSubstr("no reading since 2025-11-06T09:59:00Z"));
  gauge.read_time = absl::InfinitePast();
  EXPECT_THAT(Find(conditions)[0].reason, HasSubstr("never read"));
  gauge = GoodConditions().stages->at(0);
  gauge.quality = Quality::kProfile;
  gauge.recent = {{kNow - absl::Minutes(40), 1.2}, {kNow, 1.3, Quality::kProfile}};
  EXPECT_THAT(Find(conditions)[0].reason, HasSubstr("profile"));
  EXPECT_EQ(Find(conditions)[0].since, kNow - absl::Minutes(40));
  gauge.levels_m.clear();
  EXPECT_THAT(Find(conditions), IsEmpty()) << "a gauge without levels raises nothing anyway";
}

TEST(GapFinder, AListThatDoesNotAnswerIsAGapSinceItWasLastGood) {
  GapFinder finder({});
  ASSERT_THAT(finder.Find(GoodConditions(), kNow, {}), IsEmpty());
  Conditions conditions = GoodConditions();
  conditions.streets.reset();
  conditions.failures = {{kStreetsInput, "String field contains invalid UTF-8"}};
  const auto gaps = finder.Find(conditions, kNow + absl::Minutes(1), {});
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].subject, kStreetsInput);
  EXPECT_EQ(gaps[0].since, kNow);
  EXPECT_THAT(gaps[0].reason, HasSubstr("invalid UTF-8"));
}

TEST(GapFinder, ACityWithoutTerrainMissesNoStreets) {
  Conditions conditions = GoodConditions();
  conditions.streets.reset();
  EXPECT_THAT(Find(conditions), IsEmpty());
}

TEST(GapFinder, DataThatAreTooOldAreAGap) {
  Conditions conditions = GoodConditions();
  conditions.jams->data_time = kNow - absl::Minutes(46);
  ASSERT_EQ(Find(conditions).size(), 1u);
  EXPECT_EQ(Find(conditions)[0].since, conditions.jams->data_time);
  EXPECT_THAT(GapFinder({}).Find(conditions, kNow, absl::Hours(1)), IsEmpty()) << "a fast replay";
  conditions.jams->data_time = absl::InfinitePast();
  EXPECT_THAT(Find(conditions)[0].reason, HasSubstr("no data have come yet"));
}

}  // namespace
}  // namespace citylayers::alerts
