#include <limits>

#include "absl/strings/str_join.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/alert_rules_fixture.h"

namespace citylayers::alerts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct StageTimeline {
  const char* what;
  std::vector<double> stages;
  std::string notes;
};

TEST(StageRuleTest, Timelines) {
  const std::vector<StageTimeline> timelines = {
      {"low water raises nothing", {-1.2, 0.3, 1.39, 1.39, 1.39}, "- - - - -"},
      {"two readings at the level raise", {1.40, 1.40}, "- R1"},
      {"one reading does not", {1.40, 1.30, 1.40, 1.30}, "- - - -"},
      {"it ends 5 cm under, in two readings", {1.4, 1.4, 1.36, 1.36, 1.35, 1.35}, "- R1 - - - X0"},
      {"a reading between the values ends no alert",
       {1.4, 1.4, 1.35, 1.38, 1.35, 1.35},
       "- R1 - - - X0"},
      {"it climbs and falls level by level, as one alert",
       {1.42, 1.43, 1.52, 1.55, 1.61, 1.63, 1.70, 1.70, 1.64, 1.64, 1.53, 1.53, 1.44, 1.44, 1.2,
        1.2},
       "- R1 - U2 - U3 - U4 - D3 - D2 - D1 - X0"},
      {"it may begin at level III at once", {0.2, 1.65, 1.66}, "- - R3"},
      {"and end at once", {1.65, 1.65, 0.9, 0.9}, "- R3 - X0"},
      {"a second tide is a second alert", {1.5, 1.5, 0, 0, 1.5, 1.5}, "- R2 - X0 - R2"},
      {"a value that is not a number is skipped",
       {std::numeric_limits<double>::quiet_NaN(), 1.5, 1.5},
       "- - R2"},
  };
  for (const StageTimeline& timeline : timelines) {
    City city;
    std::vector<std::string> notes;
    for (const double stage : timeline.stages) {
      notes.push_back(city.Stage(stage));
      city.Advance(10);
    }
    EXPECT_EQ(absl::StrJoin(notes, " "), timeline.notes) << timeline.what;
  }
}

TEST(StageRuleTest, TheSameReadingSeenOftenCountsOnce) {
  City city;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(city.Stage(1.65), "-");
  city.Advance(10);
  EXPECT_EQ(city.Stage(1.65), "R3");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(city.Stage(1.65), "-");
}

TEST(StageRuleTest, ProfileAndSuspectReadingsNeitherRaiseNorClear) {
  for (const Quality quality : {Quality::kProfile, Quality::kSuspect}) {
    City city;
    for (int i = 0; i < 5; ++i, city.Advance(10)) EXPECT_EQ(city.Stage(1.7, quality), "-");
    EXPECT_EQ(city.Stages({1.7, 1.7}), "- R4");
    for (int i = 0; i < 5; ++i, city.Advance(10)) EXPECT_EQ(city.Stage(0.1, quality), "-");
  }
  City city;
  city.Stage(1.7, Quality::kEstimated);
  city.Advance(10);
  EXPECT_EQ(city.Stage(1.7, Quality::kEstimated), "R4");
}

TEST(StageRuleTest, SilenceIsNotCalm) {
  City city;
  EXPECT_EQ(city.Stages({1.65, 1.65}), "- R3");
  for (int i = 0; i < 5; ++i, city.Advance(60)) {
    EXPECT_EQ(city.Stage(0.1, Quality::kGood, /*stale=*/true), "-");
    EXPECT_THAT(city.SilentSubjects(), ElementsAre("stations/phu-an"));
    EXPECT_THAT(city.stages_.Observe({}, city.now_), IsEmpty());
    EXPECT_THAT(city.SilentSubjects(), ElementsAre("stations/phu-an"));
  }
  EXPECT_EQ(city.Stage(1.65), "-");
  EXPECT_THAT(city.SilentSubjects(), IsEmpty());
  city.Advance(10);
  EXPECT_EQ(city.Stages({0.1, 0.1}), "- X0");
}

TEST(StageRuleTest, AGapBetweenTwoReadingsBreaksTheRow) {
  City city;
  EXPECT_EQ(city.Stage(1.65), "-");
  city.Advance(61);
  EXPECT_EQ(city.Stage(1.65), "-");
  city.Advance(10);
  EXPECT_EQ(city.Stage(1.65), "R3");
}

TEST(StageRuleTest, AGaugeWithoutLevelsRaisesNothing) {
  StageRule rule({});
  for (int i = 0; i < 3; ++i) {
    const StageObservation gauge{
        .station = "stations/x", .stage_m = 9, .read_time = kStart + absl::Minutes(i)};
    EXPECT_THAT(rule.Observe({gauge}, gauge.read_time), IsEmpty());
  }
}

TEST(StageRuleTest, ACityThatWentBackInTimeIsHeardAgain) {
  City city;
  city.Stages({0.1, 0.1});
  city.now_ = kStart - absl::Hours(1000);
  EXPECT_EQ(city.Stages({1.5, 1.5}), "- R2");
}

// Ingest accepts readings up to five minutes ahead of the clock: a gauge's own clock may be fast.
TEST(StageRuleTest, AReadingAheadOfTheClockCountsOnce) {
  City city;
  const absl::Time reading = city.now_ + absl::Minutes(1);
  for (int i = 0; i < 50; ++i, city.now_ += absl::Seconds(1)) {
    EXPECT_EQ(city.Stage(1.65, Quality::kGood, /*stale=*/false, reading - city.now_), "-") << i;
  }
  city.Advance(10);
  EXPECT_EQ(city.Stage(1.65, Quality::kGood, /*stale=*/false, absl::Minutes(1)), "R3");
}

// The clock's owner restarts and resumes slightly earlier: that is not another time of the city.
TEST(StageRuleTest, AClockThatSlipsBackALittleCountsNoReadingTwice) {
  City city;
  city.max_age_min_ = absl::Seconds(5);
  EXPECT_EQ(city.Stage(1.65), "-");
  city.now_ -= absl::Seconds(3);
  EXPECT_EQ(city.Stage(1.65, Quality::kGood, /*stale=*/false, absl::Seconds(3)), "-");
  // And a leap back makes it the first reading of its row.
  city.now_ -= absl::Seconds(30);
  EXPECT_EQ(city.Stage(1.65, Quality::kGood, /*stale=*/false, absl::Seconds(33)), "-");
  city.Advance(10);
  EXPECT_EQ(city.Stage(1.65), "R3");
}

TEST(StageRuleTest, ACityThatWentBackWhileWeWereAwayIsHeardAgain) {
  City city;
  city.Stages({1.5, 1.5});
  city.now_ = kStart - absl::Hours(1000);
  city.Restart();
  EXPECT_EQ(city.Stages({0.1, 0.1}), "- X0");
}

TEST(StageRuleTest, TheProposalNamesValueThresholdAndPlace) {
  City city;
  city.Stages({1.62, 1.62});
  ASSERT_EQ(city.last_.size(), 1u);
  const Finding& finding = city.last_[0].finding;
  EXPECT_EQ(finding.place.vi, "Phú An");
  EXPECT_EQ(finding.subject, "stations/phu-an");
  EXPECT_EQ(finding.value, 1.62);
  EXPECT_EQ(finding.threshold, 1.60);
  ASSERT_EQ(city.engine_.LiveValues().size(), 1u);
  EXPECT_EQ(city.engine_.LiveValues()[0].alert_id, 1u);
}

TEST(StageRuleTest, AGaugeRaisesAtEachLevelThatItHas) {
  City two;
  two.levels_m_ = {1.40, 1.50};
  EXPECT_EQ(two.Stages({1.41, 1.41, 1.52, 1.52, 2.5, 2.5, 1.2, 1.2}), "- R1 - U2 - - - X0");
  City one;
  one.levels_m_ = {1.40};
  EXPECT_EQ(one.Stages({3, 3, 1.3, 1.3}), "- R1 - X0");
  City none;
  none.levels_m_ = {};
  EXPECT_EQ(none.Stages({3, 3, 3}), "- - -");
}

TEST(StageRuleTest, ALevelThatTheGaugeLostIsOver) {
  City city;
  EXPECT_EQ(city.Stages({1.75, 1.75}), "- R4");
  city.levels_m_ = {1.40, 1.50};
  city.Restart();
  EXPECT_EQ(city.Stages({1.75, 1.75, 1.75}), "- D2 -");
}

}  // namespace
}  // namespace citylayers::alerts
