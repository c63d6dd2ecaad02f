#include "services/alerts/data_gaps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::alerts {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'762'425'000);

Look GoodLook() {
  Look look;
  look.stages = {{.station = "stations/phu-an",
                  .place = {"Phú An", "Phu An"},
                  .stage_m = 1,
                  .read_time = kNow,
                  .levels_m = {1.4, 1.5, 1.6}}};
  look.streets.emplace().data_time = kNow;
  look.jams.emplace().data_time = kNow;
  return look;
}

std::vector<DataGap> Find(const Look& look) { return GapFinder({}).Find(look, kNow, {}); }

TEST(GapFinder, NothingIsMissingWhenAllAnswerWithFreshData) {
  EXPECT_THAT(Find(GoodLook()), IsEmpty());
}

TEST(GapFinder, AGaugeThatIsSilentOrNeverReadOrNotMeasuredIsAGap) {
  Look look = GoodLook();
  StageObservation& gauge = look.stages->at(0);
  gauge.stale = true;
  gauge.read_time = kNow - absl::Minutes(31);
  ASSERT_EQ(Find(look).size(), 1u);
  EXPECT_EQ(Find(look)[0].subject, "stations/phu-an");
  EXPECT_EQ(Find(look)[0].since, gauge.read_time);
  EXPECT_THAT(Find(look)[0].reason, HasSubstr("no reading since 2025-11-06T09:59:00Z"));
  gauge.read_time = absl::InfinitePast();
  EXPECT_THAT(Find(look)[0].reason, HasSubstr("never read"));
  gauge = GoodLook().stages->at(0);
  gauge.quality = Quality::kProfile;
  gauge.recent = {{kNow - absl::Minutes(40), 1.2}, {kNow, 1.3, Quality::kProfile}};
  EXPECT_THAT(Find(look)[0].reason, HasSubstr("profile"));
  EXPECT_EQ(Find(look)[0].since, kNow - absl::Minutes(40));
  gauge.levels_m.clear();
  EXPECT_THAT(Find(look), IsEmpty()) << "a gauge without levels raises nothing anyway";
}

TEST(GapFinder, AListThatDoesNotAnswerIsAGapSinceItWasLastGood) {
  GapFinder finder({});
  ASSERT_THAT(finder.Find(GoodLook(), kNow, {}), IsEmpty());
  Look look = GoodLook();
  look.streets.reset();
  look.failures = {{kStreetsInput, "String field contains invalid UTF-8"}};
  const auto gaps = finder.Find(look, kNow + absl::Minutes(1), {});
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].subject, kStreetsInput);
  EXPECT_EQ(gaps[0].since, kNow);
  EXPECT_THAT(gaps[0].reason, HasSubstr("invalid UTF-8"));
}

TEST(GapFinder, ACityWithoutTerrainMissesNoStreets) {
  Look look = GoodLook();
  look.streets.reset();
  EXPECT_THAT(Find(look), IsEmpty());
}

TEST(GapFinder, DataThatAreTooOldAreAGap) {
  Look look = GoodLook();
  look.jams->data_time = kNow - absl::Minutes(46);
  ASSERT_EQ(Find(look).size(), 1u);
  EXPECT_EQ(Find(look)[0].since, look.jams->data_time);
  EXPECT_THAT(GapFinder({}).Find(look, kNow, absl::Hours(1)), IsEmpty()) << "a fast replay";
  look.jams->data_time = absl::InfinitePast();
  EXPECT_THAT(Find(look)[0].reason, HasSubstr("no data have come yet"));
}

}  // namespace
}  // namespace citylayers::alerts
