#include "services/alerts/rules/tiered_condition.h"

#include <gtest/gtest.h>

namespace citylayers::alerts {
namespace {

constexpr absl::Time kStart = absl::FromUnixSeconds(1'762'425'000);

// `steps` has one letter per minute: r raises, - lies between the two values, c clears, . has no
// data. The result has one digit per minute: the tier in force.
std::string Play(const std::string& steps, TierTiming timing) {
  TieredCondition condition({timing});
  std::string tiers;
  absl::Time now = kStart;
  for (const char step : steps) {
    if (step == '.') {
      condition.Pause();
    } else {
      condition.Observe(now, {{.raises = step == 'r', .clears = step == 'c'}});
    }
    tiers += static_cast<char>('0' + condition.tier());
    now += absl::Minutes(1);
  }
  return tiers;
}

struct Timeline {
  const char* what;
  TierTiming timing;
  std::string looks;
  std::string tiers;
};

TEST(TieredConditionTest, Timelines) {
  const TierTiming at_once{};
  const TierTiming two{.readings = 2};
  const TierTiming hold3{.hold = absl::Minutes(3), .keep = absl::Minutes(2)};
  const std::vector<Timeline> timelines = {
      {"between the two values nothing begins and nothing ends", at_once,  //
       "--rr--cc--",                                                       //
       "0011110000"},
      {"one look is not two", two, "rcrrcrcc", "00011110"},
      {"a hold ends exactly when it is over, and a break restarts it", hold3, "rrr-rrrr",
       "00000001"},
      {"keep: the condition stays until clearing has lasted", hold3, "rrrrcccr", "00011100"},
      {"keep: a value in between does not clear", hold3, "rrrrcc-ccc", "0001111110"},
      {"no data keeps the state and restarts the waiting", hold3, "rrrrcc..ccc", "00011111110"},
      {"no data during the hold restarts it", hold3, "rrr.rrrr", "00000001"},
  };
  for (const Timeline& timeline : timelines) {
    EXPECT_EQ(Play(timeline.looks, timeline.timing), timeline.tiers) << timeline.what;
  }
}

TEST(TieredConditionTest, WhatLastedBeforeTheFirstLookCounts) {
  const TierTiming hold3{.hold = absl::Minutes(3)};
  TieredCondition told({hold3});
  told.Observe(kStart, {{.raises = true}}, kStart - absl::Minutes(2));
  EXPECT_EQ(told.tier(), 0);
  told.Observe(kStart + absl::Minutes(1), {{.raises = true}});
  EXPECT_EQ(told.tier(), 1);
  // A start in the future does not count.
  TieredCondition ahead({hold3});
  ahead.Observe(kStart, {{.raises = true}}, kStart + absl::Minutes(9));
  ahead.Observe(kStart + absl::Minutes(3), {{.raises = true}});
  EXPECT_EQ(ahead.tier(), 1);
  // An observation takes precedence over the reported start.
  TieredCondition seen({hold3});
  seen.Observe(kStart, {{.raises = false}});
  seen.Pause();
  seen.Observe(kStart + absl::Minutes(2), {{.raises = true}}, kStart - absl::Hours(1));
  EXPECT_EQ(seen.tier(), 0);
  seen.Observe(kStart + absl::Minutes(3), {{.raises = true}});
  EXPECT_EQ(seen.tier(), 1);
}

TEST(TieredConditionTest, AHigherTierHoldsTheLowerOnes) {
  // The lower tier needs an hour, the higher one nothing.
  TieredCondition condition({{.hold = absl::Hours(1)}, {}});
  condition.Observe(kStart, {{.raises = true}, {.raises = true}});
  EXPECT_EQ(condition.tier(), 2);
  condition.Observe(kStart, {{.raises = true}, {.clears = true}});
  EXPECT_EQ(condition.tier(), 1);
}

TEST(TieredConditionTest, SeveralTiersBeginAndEndInOneStep) {
  TieredCondition condition({{.readings = 2}, {.readings = 2}, {.readings = 2}});
  const std::vector<TierTest> all_raise(3, {.raises = true});
  const std::vector<TierTest> all_clear(3, {.clears = true});
  condition.Observe(kStart, all_raise);
  EXPECT_EQ(condition.tier(), 0);
  condition.Observe(kStart + absl::Minutes(1), all_raise);
  EXPECT_EQ(condition.tier(), 3);
  condition.Observe(kStart + absl::Minutes(2), all_clear);
  EXPECT_EQ(condition.tier(), 3);
  condition.Observe(kStart + absl::Minutes(3), all_clear);
  EXPECT_EQ(condition.tier(), 0);
}

TEST(TieredConditionTest, TimeThatRunsBackwardsStartsTheWaitingAnew) {
  TieredCondition condition({{.hold = absl::Minutes(3)}});
  condition.Observe(kStart, {{.raises = true}});
  condition.Observe(kStart - absl::Hours(5), {{.raises = true}});
  condition.Observe(kStart - absl::Hours(5) + absl::Minutes(2), {{.raises = true}});
  EXPECT_EQ(condition.tier(), 0);
  condition.Observe(kStart - absl::Hours(5) + absl::Minutes(3), {{.raises = true}});
  EXPECT_EQ(condition.tier(), 1);
}

TEST(TieredConditionTest, ARestoredTierStandsAtOnceAndClearsAsAlways) {
  TieredCondition condition({{.keep = absl::Minutes(2)}, {.keep = absl::Minutes(2)}});
  condition.Restore(2);
  EXPECT_EQ(condition.tier(), 2);
  condition.Observe(kStart, {{.clears = true}, {.clears = true}});
  EXPECT_EQ(condition.tier(), 2);
  condition.Observe(kStart + absl::Minutes(2), {{.clears = true}, {.clears = true}});
  EXPECT_EQ(condition.tier(), 0);
}

}  // namespace
}  // namespace citylayers::alerts
