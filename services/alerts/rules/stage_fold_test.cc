#include "services/alerts/rules/stage_fold.h"

#include <algorithm>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/support/alert_rules_fixture.h"

namespace citylayers::alerts {
namespace {

constexpr absl::Duration kWindow = absl::Hours(1);

StageReading At(int minute, double stage_m, Quality quality = Quality::kGood) {
  return {kStart + absl::Minutes(minute), stage_m, quality};
}

// A gauge that is read every ten minutes. Returns the rule's transitions as its readings arrive.
class Gauge {
 public:
  // `now`: minutes after the start.
  std::string Arrive(int now, const std::vector<StageReading>& readings) {
    for (const StageReading& reading : readings) {
      std::erase_if(stored_, [&](const StageReading& r) { return r.time == reading.time; });
      stored_.push_back(reading);
    }
    std::sort(stored_.begin(), stored_.end(),
              [](const StageReading& a, const StageReading& b) { return a.time < b.time; });
    return Conditions(now);
  }
  std::string Conditions(int now) {
    city_.now_ = kStart + absl::Minutes(now);
    StageObservation gauge{.station = "stations/phu-an",
                           .place = {"Phú An", "Phú An"},
                           .levels_m = {1.40, 1.50, 1.60},
                           .period = absl::Minutes(10)};
    for (const StageReading& reading : stored_) {
      if (reading.time >= city_.now_ - kWindow) gauge.recent.push_back(reading);
    }
    if (!stored_.empty()) {
      gauge.read_time = stored_.back().time;
      gauge.stage_m = stored_.back().stage_m;
      gauge.quality = stored_.back().quality;
    }
    gauge.stale = city_.now_ - gauge.read_time > absl::Minutes(30);
    return city_.Gauge(gauge);
  }

  City city_;
  std::vector<StageReading> stored_;
};

TEST(StageFold, ThreeReadingsOverLevelThreeInOneBatchRaise) {
  Gauge gauge;
  EXPECT_EQ(gauge.Arrive(12, {At(2, 1.62), At(6, 1.65), At(10, 1.67)}), "R3");
  EXPECT_EQ(gauge.Conditions(13), "-");
}

TEST(StageFold, ATideInOneBatchIsRaisedAndStaysUntilTwoLowReadings) {
  Gauge gauge;
  EXPECT_EQ(gauge.Arrive(50, {At(5, 1.62), At(15, 1.66), At(25, 1.66), At(35, 1.64), At(45, 0.9)}),
            "R3");
  EXPECT_EQ(gauge.Arrive(56, {At(55, 0.8)}), "X0");
}

TEST(StageFold, ATideThatCameAndWentInOneBatchIsRaisedAndResolved) {
  Gauge gauge;
  EXPECT_EQ(gauge.Arrive(55, {At(5, 1.42), At(15, 1.43), At(20, 1.62), At(25, 1.63), At(35, 0.9),
                              At(45, 0.9), At(50, 1.55), At(54, 1.55)}),
            "R1 U3 X0 R2");
}

// The same readings, split into batches at every position: the transitions are the same.
TEST(StageFold, HoweverABatchIsCutTheTransitionsAreTheSame) {
  const std::vector<StageReading> all = {At(2, 1.41),  At(7, 1.45),  At(12, 1.52), At(17, 1.58),
                                         At(22, 1.75), At(27, 1.72), At(32, 1.50), At(37, 1.50),
                                         At(42, 1.20), At(47, 1.10), At(52, 1.61), At(57, 1.62)};
  const std::string want = "R1 U2 U4 D2 X0 R3";
  for (unsigned cuts = 0; cuts < 1U << (all.size() - 1); ++cuts) {
    Gauge gauge;
    std::string got;
    std::vector<StageReading> batch;
    for (size_t i = 0; i < all.size(); ++i) {
      batch.push_back(all[i]);
      if (i + 1 < all.size() && (cuts >> i & 1) == 0) continue;
      const int now = static_cast<int>((all[i].time - kStart) / absl::Minutes(1)) + 1;
      if (const std::string note = gauge.Arrive(now, batch); note != "-") {
        absl::StrAppend(&got, got.empty() ? "" : " ", note);
      }
      batch.clear();
    }
    ASSERT_EQ(got, want) << "cuts " << cuts;
  }
}

TEST(StageFold, ALateReadingCountsInItsPlace) {
  Gauge gauge;
  EXPECT_EQ(gauge.Arrive(0, {At(0, 1.65)}), "-");
  EXPECT_EQ(gauge.Arrive(20, {At(20, 1.3)}), "-");
  EXPECT_EQ(gauge.Arrive(21, {At(10, 1.66)}), "R3") << "two in a row after all, and one low";
  EXPECT_EQ(gauge.Arrive(30, {At(30, 1.3)}), "X0");
}

TEST(StageFold, ALateTideThatIsOverIsRaisedAndResolved) {
  Gauge gauge;
  gauge.Arrive(0, {At(0, 1.65)});
  gauge.Arrive(20, {At(20, 1.3)});
  gauge.Arrive(30, {At(30, 1.3)});
  EXPECT_EQ(gauge.Arrive(31, {At(10, 1.66)}), "R3 X0");
}

TEST(StageFold, ALateReadingThatChangesNothingRaisesNothingAgain) {
  Gauge gauge;
  EXPECT_EQ(gauge.Arrive(30, {At(0, 1.65), At(10, 1.65), At(20, 1.2), At(30, 1.2)}), "R3 X0");
  EXPECT_EQ(gauge.Arrive(31, {At(15, 1.64)}), "-");
  EXPECT_EQ(gauge.Arrive(32, {At(5, 1.64)}), "-");
}

TEST(StageFold, ALateReadingMayShowThatTheEndCameTooEarly) {
  Gauge gauge;
  EXPECT_EQ(gauge.Arrive(40, {At(0, 1.65), At(10, 1.65), At(30, 0.2), At(40, 0.2)}), "R3 X0");
  EXPECT_EQ(gauge.Arrive(41, {At(35, 1.64)}), "R3") << "one low reading does not end it";
}

TEST(StageFold, ACorrectedReadingCountsAsCorrected) {
  Gauge gauge;
  EXPECT_EQ(gauge.Arrive(10, {At(0, 1.65), At(10, 1.25)}), "-");
  EXPECT_EQ(gauge.Arrive(11, {At(10, 1.65)}), "R3") << "the gauge's owner corrects it";
  EXPECT_EQ(gauge.Arrive(20, {At(0, 0.2), At(10, 0.2)}), "X0");
}

// The final state of the gauge does not depend on the order of arrival.
TEST(StageFold, InAnyOrderOfArrivalTheEndIsTheSame) {
  std::mt19937 random(20'261'128);
  for (int round = 0; round < 300; ++round) {
    std::vector<StageReading> all;
    for (int minute = 0; minute < 50; minute += 5) {
      const double stages[] = {1.2, 1.37, 1.42, 1.55, 1.66, 1.72};
      all.push_back(At(minute, stages[random() % 6]));
    }
    Gauge in_order;
    in_order.Arrive(50, all);
    std::shuffle(all.begin(), all.end(), random);
    Gauge shuffled;
    for (const StageReading& reading : all) shuffled.Arrive(50, {reading});
    ASSERT_EQ(shuffled.city_.tier(), in_order.city_.tier()) << "round " << round;
  }
}

TEST(StageFold, ProfileAndSuspectReadingsInABatchAreLeftOut) {
  Gauge gauge;
  EXPECT_EQ(gauge.Arrive(30, {At(0, 1.65), At(5, 2.2, Quality::kProfile),
                              At(10, 2.2, Quality::kSuspect), At(20, 1.2), At(30, 2.2)}),
            "-");
  EXPECT_EQ(gauge.Arrive(41, {At(40, 1.65)}), "R3");
  EXPECT_EQ(gauge.Arrive(
                60, {At(45, 0.1, Quality::kProfile), At(50, 0.1, Quality::kProfile), At(60, 1.66)}),
            "-");
}

TEST(StageFold, ReadingsFarApartAreNotInARowAlsoInOneBatch) {
  Gauge gauge;
  EXPECT_EQ(gauge.Arrive(45, {At(0, 1.65), At(31, 1.65)}), "-");
  EXPECT_EQ(gauge.Arrive(46, {At(41, 1.65)}), "R3");
}

TEST(StageFold, ReadingsBeyondTheWindowDoNotCount) {
  Gauge gauge;
  EXPECT_EQ(gauge.Arrive(200, {At(100, 1.65), At(110, 1.65), At(190, 1.2)}), "-");
}

TEST(StageFold, ARestartForgetsNoReadingAndCountsNoneTwice) {
  for (const bool restart : {false, true}) {
    Gauge gauge;
    const auto maybe_restart = [&] {
      if (restart) gauge.city_.Restart();
    };
    EXPECT_EQ(gauge.Arrive(0, {At(0, 1.65)}), "-");
    maybe_restart();
    EXPECT_EQ(gauge.Conditions(1), "-");
    EXPECT_EQ(gauge.Arrive(10, {At(10, 1.72)}), "R3");
    maybe_restart();
    EXPECT_EQ(gauge.Conditions(11), "-");
    EXPECT_EQ(gauge.Arrive(20, {At(20, 1.72)}), "U4") << "the second over 1.70 m";
    EXPECT_EQ(gauge.Arrive(40, {At(30, 0.2), At(40, 0.2)}), "X0");
    maybe_restart();
    EXPECT_EQ(gauge.Conditions(41), "-") << "the tide of the last hour is over";
    EXPECT_EQ(gauge.Arrive(42, {At(35, 0.3)}), "-") << "one late reading";
  }
}

TEST(StageFold, WhatCouldNotBeWrittenIsProposedAgainBeforeTheRest) {
  Gauge gauge;
  gauge.city_.write_fails_ = true;
  EXPECT_EQ(gauge.Arrive(40, {At(0, 1.65), At(10, 1.65), At(20, 0.2), At(30, 0.2)}), "R3");
  EXPECT_EQ(gauge.Conditions(41), "R3");
  gauge.city_.write_fails_ = false;
  EXPECT_EQ(gauge.Conditions(42), "R3 X0");
}

TEST(StageFold, ALevelThatTheGaugeDoesNotHaveIsNotReached) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  City city;
  const auto read = [&](double stage_m) {
    city.Advance(10);
    return city.Gauge({.station = "stations/two",
                       .place = {"Hai", "Hai"},
                       .stage_m = stage_m,
                       .read_time = city.now_,
                       .levels_m = {none, 1.5, none}});
  };
  EXPECT_EQ(read(1.45), "-");
  EXPECT_EQ(read(1.52), "-");
  EXPECT_EQ(read(1.52), "R2");
  EXPECT_EQ(read(1.9), "-");
  EXPECT_EQ(read(1.9), "-");
  EXPECT_EQ(read(1.2), "-");
  EXPECT_EQ(read(1.2), "X0");
}

}  // namespace
}  // namespace citylayers::alerts
