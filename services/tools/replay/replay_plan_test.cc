#include "services/tools/replay/replay_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/city_zone.h"

namespace citylayers::replay {
namespace {

using ::testing::HasSubstr;

ScenarioDescription OneDay() {
  return {.id = "day",
          .title = "A day",
          .what = "",
          .first_day = absl::CivilDay(2025, 11, 6),
          .length = absl::Hours(24),
          .default_start = absl::Hours(16.5)};
}

ScenarioDescription October() {
  return {.id = "october",
          .title = "October",
          .what = "",
          .first_day = absl::CivilDay(2022, 10, 1),
          .length = absl::Hours(24) * 31,
          .default_start = absl::Hours(24) * 9 + absl::Hours(16.5)};
}

absl::Time Local(int year, int month, int day, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), CityZone());
}

TEST(ReplayPlan, TheScenarioBeginsOnItsOwnDate) {
  const auto plan = MakePlan(OneDay(), {});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->start, Local(2025, 11, 6, 16, 30));
  EXPECT_EQ(plan->warm_up_start, Local(2025, 11, 6, 13, 30));
  EXPECT_EQ(plan->scenario_start, Local(2025, 11, 6, 0));
  EXPECT_EQ(plan->end, Local(2025, 11, 7, 0));
}

TEST(ReplayPlan, LoopHasNoEnd) {
  EXPECT_EQ(MakePlan(OneDay(), {.loop = true})->end, absl::InfiniteFuture());
}

TEST(ReplayPlan, ACityThatIsFurtherOnGetsTheNextDay) {
  const auto plan = MakePlan(OneDay(), {.not_before = Local(2025, 11, 6, 20, 15)});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->start, Local(2025, 11, 7, 16, 30));
  EXPECT_EQ(plan->scenario_start, Local(2025, 11, 7, 0));
  EXPECT_EQ(plan->warm_up_start, Local(2025, 11, 7, 13, 30));
}

TEST(ReplayPlan, TheWarmUpIsCutShortWhereTheCityAlreadyIs) {
  const auto plan = MakePlan(OneDay(), {.not_before = Local(2025, 11, 6, 15)});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->start, Local(2025, 11, 6, 16, 30));
  EXPECT_EQ(plan->warm_up_start, Local(2025, 11, 6, 15));
}

TEST(ReplayPlan, ExactlyWhereTheCityIsIsNotTooEarly) {
  const auto plan = MakePlan(OneDay(), {.not_before = Local(2025, 11, 6, 16, 30)});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->start, Local(2025, 11, 6, 16, 30));
  EXPECT_EQ(plan->warm_up_start, plan->start);
}

TEST(ReplayPlan, ALongScenarioGoesOnWithinItsMonthAndThenStartsOver) {
  const auto within = MakePlan(October(), {.not_before = Local(2022, 10, 15, 20)});
  ASSERT_TRUE(within.ok());
  EXPECT_EQ(within->start, Local(2022, 10, 16, 16, 30));
  EXPECT_EQ(within->scenario_start, Local(2022, 10, 1, 0));
  const auto after = MakePlan(October(), {.not_before = Local(2022, 10, 31, 20)});
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->start, Local(2022, 11, 1, 16, 30));
  EXPECT_EQ(after->scenario_start, Local(2022, 11, 1, 0));
}

TEST(ReplayPlan, StartAndUntilAreTimesOfDay) {
  const auto plan =
      MakePlan(OneDay(), {.start = *ParseMoment("06:00"), .until = *ParseMoment("09:30")});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->start, Local(2025, 11, 6, 6));
  EXPECT_EQ(plan->end, Local(2025, 11, 6, 9, 30));
}

TEST(ReplayPlan, UntilBeforeTheStartIsOnTheNextDay) {
  const auto plan = MakePlan(OneDay(), {.until = *ParseMoment("02:00"), .loop = true});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->end, Local(2025, 11, 7, 2));
}

TEST(ReplayPlan, ADatedStartIsTakenAtItsWord) {
  const auto inside = MakePlan(October(), {.start = *ParseMoment("2022-10-12T17:00:00+07:00")});
  ASSERT_TRUE(inside.ok());
  EXPECT_EQ(inside->scenario_start, Local(2022, 10, 1, 0));
  EXPECT_EQ(inside->start, Local(2022, 10, 12, 17));
  const auto elsewhere = MakePlan(OneDay(), {.start = *ParseMoment("2026-01-02T03:00:00Z")});
  ASSERT_TRUE(elsewhere.ok());
  EXPECT_EQ(elsewhere->scenario_start, Local(2026, 1, 2, 0)) << "03:00 UTC is 10:00 there";
  const auto late = MakePlan(OneDay(), {.start = *ParseMoment("2025-11-06T17:00:00+07:00"),
                                        .not_before = Local(2025, 11, 6, 18)});
  EXPECT_EQ(late.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(late.status().message()), HasSubstr("2025-11-06 18:00"));
}

TEST(ReplayPlan, AnEndBeforeTheStartIsRefused) {
  const auto plan = MakePlan(OneDay(), {.until = *ParseMoment("2025-11-06T10:00:00+07:00")});
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ReplayPlan, NonsenseIsNoMoment) {
  for (const char* text : {"", "25:00", "half past six", "2022-13-01T00:00:00Z"}) {
    EXPECT_FALSE(ParseMoment(text).ok()) << text;
  }
}

}  // namespace
}  // namespace citylayers::replay
