#include "services/tools/replay/replayer.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/tools/replay/timetable.h"
#include "tests/support/fake_city_port.h"

namespace citylayers::replay {
namespace {

// Three streets with a reading every 5 minutes and a gauge every 10; each value encodes its time.
class ThreeStreets final : public ScenarioSource {
 public:
  const ScenarioDescription& description() const override { return description_; }
  const std::vector<std::string>& measures() const override { return measures_; }
  void Frame(absl::Duration from, absl::Duration to, int thin,
             std::vector<DueReading>* out) const override {
    EXPECT_GE(from, absl::ZeroDuration());
    EXPECT_LE(to, description_.length);
    ForEachDue(from, to, absl::Minutes(10), absl::ZeroDuration(), 1, [&](absl::Duration at) {
      out->push_back({0, at, absl::ToDoubleSeconds(at), readings::v1::QUALITY_GOOD});
    });
    for (std::uint32_t i = 1; i <= 3; ++i) {
      ForEachDue(from, to, absl::Minutes(5), PhaseOf(i, absl::Minutes(5)), thin,
                 [&](absl::Duration at) {
                   out->push_back({i, at, absl::ToDoubleSeconds(at), readings::v1::QUALITY_GOOD});
                 });
    }
  }

 private:
  ScenarioDescription description_{.id = "three",
                                   .title = "Three streets",
                                   .what = "",
                                   .first_day = absl::CivilDay(2025, 11, 6),
                                   .length = absl::Hours(24),
                                   .default_start = absl::Hours(16)};
  std::vector<std::string> measures_ = {"gauge", "street-1", "street-2", "street-3"};
};

class ReplayerTest : public testing::Test {
 protected:
  ReplayPlan Plan(PlanRequest request = {.loop = true, .warm_up = absl::ZeroDuration()}) {
    auto plan = MakePlan(source_.description(), request);
    EXPECT_TRUE(plan.ok()) << plan.status();
    return *plan;
  }

  // Plays for a machine time, or to the plan's end.
  absl::Status Play(const ReplayPlan& plan, absl::Duration machine_time,
                    ReplayOptions options = {}) {
    if (options.driver_id.empty()) options.driver_id = "me";
    const auto others = pacer_.on_sleep;
    const absl::Time end = pacer_.now + machine_time;
    pacer_.on_sleep = [this, others, end](absl::Duration since_start) {
      if (others) others(since_start);
      if (pacer_.now >= end) pacer_.stop = true;
    };
    Replayer replayer(source_, plan, city_, pacer_, sender_, options);
    const absl::Status status = replayer.Run([](const ReplayProgress&) {});
    played_until_ = replayer.city_time();
    return status;
  }

  // The readings of the scenario in (from, to], from a slow and simple model; one frame per loop.
  std::multiset<std::pair<std::string, absl::Time>> Expected(const ReplayPlan& plan,
                                                             absl::Time from, absl::Time to) {
    std::multiset<std::pair<std::string, absl::Time>> expected;
    for (absl::Time midnight = plan.scenario_start; midnight < to; midnight += absl::Hours(24)) {
      std::vector<DueReading> due;
      source_.Frame(absl::ZeroDuration(), absl::Hours(24), 1, &due);
      for (const DueReading& reading : due) {
        const absl::Time at = midnight + reading.at;
        if (at > from && at <= to) expected.insert({source_.measures()[reading.measure], at});
      }
    }
    return expected;
  }

  std::multiset<std::pair<std::string, absl::Time>> StoredTimes() const {
    std::multiset<std::pair<std::string, absl::Time>> times;
    for (const FakeCityPort::Stored& reading : city_.stored)
      times.insert({reading.measure, reading.at});
    return times;
  }

  ThreeStreets source_;
  FakePacer pacer_;
  FakeCityPort city_{pacer_};
  ReadingSender sender_{city_, pacer_, {}};
  absl::Time played_until_;
};

TEST_F(ReplayerTest, TenMinutesAtSixtyAreTenHoursOfReadings) {
  const ReplayPlan plan = Plan();
  ASSERT_TRUE(Play(plan, absl::Minutes(10)).ok());
  EXPECT_NEAR(absl::ToDoubleMinutes(played_until_ - plan.start), 600, 1);
  EXPECT_EQ(StoredTimes(), Expected(plan, plan.start, played_until_));
  EXPECT_EQ(city_.early, 0);
  EXPECT_GT(city_.stored.size(), 400u);
}

TEST_F(ReplayerTest, TheClockIsDrivenAndHoldsWhenTheReplayEnds) {
  const ReplayPlan plan = Plan();
  ASSERT_TRUE(Play(plan, absl::Minutes(1)).ok());
  EXPECT_TRUE(city_.replay);
  pacer_.now += absl::Hours(1);
  EXPECT_LE(absl::AbsDuration(city_.city_now() - played_until_), absl::Seconds(1))
      << "at the last readings, not hold_after later";
}

TEST_F(ReplayerTest, ReleaseSetsTheClockBackToTheWall) {
  ASSERT_TRUE(Play(Plan(), absl::Minutes(1), {.release = true}).ok());
  EXPECT_FALSE(city_.replay);
}

TEST_F(ReplayerTest, LoopsGoOnOverMidnightWithTheNextDate) {
  const ReplayPlan plan = Plan();
  ASSERT_TRUE(Play(plan, absl::Minutes(60)).ok());
  EXPECT_EQ(city_.loop_count, 3) << "60 h from 16:00 on";
  EXPECT_EQ(StoredTimes(), Expected(plan, plan.start, played_until_));
  for (const FakeCityPort::Stored& reading : city_.stored) {
    absl::Duration rest;
    absl::IDivDuration(reading.at - plan.scenario_start, absl::Hours(24), &rest);
    const double seconds = absl::ToDoubleSeconds(rest);
    EXPECT_EQ(reading.value, seconds == 0 ? 86400 : seconds) << "values are of the time of day";
  }
}

TEST_F(ReplayerTest, WithoutLoopItEndsByItself) {
  const ReplayPlan plan =
      Plan({.until = ParseMoment("18:30").value(), .warm_up = absl::ZeroDuration()});
  ASSERT_TRUE(Play(plan, absl::Hours(10)).ok());
  EXPECT_EQ(played_until_, plan.end);
  EXPECT_FALSE(pacer_.stop);
  EXPECT_EQ(StoredTimes(), Expected(plan, plan.start, plan.end));
}

// At 600, a tick is five minutes of city time, and SetClock is due at every other tick.
TEST_F(ReplayerTest, TheCityStopsAtTheEndAlsoInTheMiddleOfATick) {
  const ReplayPlan plan =
      Plan({.until = ParseMoment("17:42").value(), .warm_up = absl::ZeroDuration()});
  ASSERT_TRUE(Play(plan, absl::Hours(10), {.speed = 600}).ok());
  EXPECT_EQ(pacer_.now - pacer_.start, absl::Milliseconds(10'200)) << "102 minutes, no tick more";
  EXPECT_EQ(played_until_, plan.end);
  EXPECT_EQ(StoredTimes(), Expected(plan, plan.start, plan.end));
  pacer_.now += absl::Hours(1);
  EXPECT_LE(city_.city_now() - plan.end, absl::Seconds(1));
}

// The server was restarted with a clock that had run past the end.
TEST_F(ReplayerTest, NothingIsPlayedPastTheEndWhenTheServerIsPastIt) {
  const ReplayPlan plan =
      Plan({.until = ParseMoment("17:42").value(), .warm_up = absl::ZeroDuration()});
  pacer_.on_sleep = [&](absl::Duration) { city_.city_time = plan.end + absl::Hours(1); };
  ASSERT_TRUE(Play(plan, absl::Hours(10), {.speed = 600}).ok());
  EXPECT_EQ(played_until_, plan.end);
  EXPECT_EQ(StoredTimes(), Expected(plan, plan.start, plan.end));
}

// The server fails in the middle of a batch, is unavailable for 40 s and comes back.
TEST_F(ReplayerTest, ARestartedServerMissesNothingAndGetsNothingTwice) {
  const ReplayPlan plan = Plan();
  bool broken = false;
  pacer_.on_sleep = [&](absl::Duration since_start) {
    if (since_start < absl::Minutes(2) || std::exchange(broken, true)) return;
    city_.failures.push_back({absl::UnavailableError("socket closed"), /*after_storing=*/true});
    for (int i = 0; i < 12; ++i) city_.failures.push_back({absl::UnavailableError("refused")});
    city_.Restart();
  };
  ASSERT_TRUE(Play(plan, absl::Minutes(10)).ok());
  EXPECT_TRUE(broken);
  EXPECT_TRUE(city_.failures.empty());
  EXPECT_EQ(StoredTimes(), Expected(plan, plan.start, played_until_));
  EXPECT_EQ(city_.early, 0);
  EXPECT_EQ(sender_.counts().rejected, 0u);
  // City time did not make up for the outage.
  EXPECT_LT(played_until_ - plan.start, absl::Hours(10) - absl::Minutes(20));
}

TEST_F(ReplayerTest, TheClockIsNeverLeftBehindByMoreThanItHolds) {
  const ReplayPlan plan = Plan();
  bool broken = false;
  pacer_.on_sleep = [&](absl::Duration since_start) {
    if (since_start > absl::Minutes(2) && !std::exchange(broken, true)) {
      for (int i = 0; i < 10; ++i) city_.failures.push_back({absl::UnavailableError("away")});
    }
    EXPECT_LE(absl::AbsDuration(city_.city_now() - plan.start - since_start * 60),
              broken ? absl::Hours(1) : absl::Minutes(2));
  };
  ASSERT_TRUE(Play(plan, absl::Minutes(5)).ok());
  EXPECT_EQ(StoredTimes(), Expected(plan, plan.start, played_until_));
}

TEST_F(ReplayerTest, WarmUpFillsTheHoursBeforeThinly) {
  const ReplayPlan plan = Plan({.loop = true, .warm_up = absl::Hours(3)});
  ASSERT_TRUE(Play(plan, absl::Seconds(1)).ok());
  std::map<std::string, int> before;
  for (const FakeCityPort::Stored& reading : city_.stored) {
    if (reading.at <= plan.start) ++before[reading.measure];
  }
  EXPECT_EQ(before["gauge"], 18) << "gauges are kept whole: every 10 minutes of 3 hours";
  EXPECT_EQ(before["street-1"], 12) << "one in three of 36";
  EXPECT_EQ(city_.early, 0);
}

TEST_F(ReplayerTest, AnotherReplayIsWaitedForUntilItFallsSilent) {
  city_.replay = true;
  city_.driver = "another driver";
  city_.city_time = Plan().start - absl::Hours(1);
  city_.as_of = pacer_.now;
  city_.speed = 60;
  ASSERT_TRUE(Play(Plan(), absl::Minutes(1)).ok());
  EXPECT_EQ(city_.driver, "me");
  EXPECT_FALSE(city_.stored.empty());
}

TEST_F(ReplayerTest, AnotherReplayThatGoesOnIsAnError) {
  city_.replay = true;
  city_.driver = "another driver";
  city_.city_time = Plan().start - absl::Hours(1);
  city_.as_of = pacer_.now;
  pacer_.on_sleep = [&](absl::Duration) { city_.as_of = pacer_.now; };
  const absl::Status status = Play(Plan(), absl::Hours(1));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_LT(pacer_.now - pacer_.start, absl::Seconds(20));
  EXPECT_TRUE(city_.stored.empty());
}

TEST_F(ReplayerTest, ACityThatIsFurtherOnIsToldAtOnce) {
  city_.replay = true;
  city_.driver = "an earlier driver";
  city_.city_time = Plan().start + absl::Hours(1);
  city_.as_of = pacer_.now - absl::Hours(1);
  const absl::Status status = Play(Plan(), absl::Hours(1));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(pacer_.now, pacer_.start);
  EXPECT_TRUE(city_.stored.empty());
}

TEST_F(ReplayerTest, FinalErrorsEndTheReplay) {
  pacer_.on_sleep = [&](absl::Duration since_start) {
    if (since_start > absl::Minutes(1)) {
      city_.failures.push_back({absl::PermissionDeniedError("no key")});
    }
  };
  EXPECT_EQ(Play(Plan(), absl::Hours(1)).code(), absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace citylayers::replay
