#include <gtest/gtest.h>

#include "tests/support/alert_rules_fixture.h"

namespace citylayers::alerts {
namespace {

TEST(JamRuleTest, QueueAfterTenMinutesOfficialAfterThirty) {
  City city;
  EXPECT_EQ(city.JamFor(60, 4, 300), "10:R2 30:U3");
  EXPECT_EQ(city.JamFor(60, 8, 300), "");  // Does not clear at 8 km/h.
  EXPECT_EQ(city.JamFor(60, 8.5, 300), "5:D2");
  EXPECT_EQ(city.JamFor(60, 13, 300), "");  // Does not clear at 13 km/h.
  EXPECT_EQ(city.JamFor(60, 13.5, 300), "5:X0");
}

TEST(JamRuleTest, ShortJamsAndSlowTrafficRaiseNothing) {
  City city;
  EXPECT_EQ(city.JamFor(120, 3, 199), "");
  EXPECT_EQ(city.JamFor(120, 10, 500), "");
}

TEST(JamRuleTest, AJamThatGrowsStartsItsTimeWhenItIsLongEnough) {
  City city;
  EXPECT_EQ(city.JamFor(20, 7, 150), "");
  EXPECT_EQ(city.JamFor(20, 7, 200), "10:R2");
}

TEST(JamRuleTest, AJamThatDissolvesIsOverAfterFiveMinutes) {
  City city;
  EXPECT_EQ(city.JamFor(15, 7, 400), "10:R2");
  EXPECT_EQ(city.JamFor(30, 0, 0), "5:X0");
}

TEST(JamRuleTest, AJamFromProfileRaisesNothing) {
  City city;
  EXPECT_EQ(city.JamFor(60, 3, 900, /*live_share=*/0.49), "");
  EXPECT_EQ(city.JamFor(60, 3, 900, /*live_share=*/0.5), "10:R2 30:U3");
}

// The traffic service runs while the alerts service is down, and reports since when a jam lasts.
TEST(JamRuleTest, AJamThatStoodBeforeWeLookedCountsFromItsStart) {
  City city;
  city.jam_since_ = kStart - absl::Minutes(25);
  EXPECT_EQ(city.JamFor(60, 4, 300), "0:R2 5:U3");
}

TEST(JamRuleTest, TheTimeOfAJamGoesOnThroughARestartAndAnOutage) {
  City city;
  city.jam_since_ = kStart;
  EXPECT_EQ(city.JamFor(20, 4, 300), "10:R2");
  city.Restart();
  EXPECT_EQ(city.JamFor(5, 4, 300), "");
  city.jams_.Pause();
  EXPECT_EQ(city.JamFor(20, 4, 300), "5:U3");
}

TEST(JamRuleTest, WhatWeSawOurselvesGoesBeforeTheStartOfTheJam) {
  City city;
  city.jam_since_ = kStart - absl::Hours(2);
  EXPECT_EQ(city.JamFor(20, 15, 300), "") << "slow, but no queue";
  EXPECT_EQ(city.JamFor(5, 4, 300), "");
  city.jams_.Pause();
  city.Advance(3);
  // Its speed was that of no queue 8 minutes ago: it counts for 8 minutes, not for two hours.
  EXPECT_EQ(city.JamFor(60, 4, 300), "1:R2 21:U3");
}

// The start of a jam is that of its oldest street: a jam that forms between evaluations counts from
// when it was first observed.
TEST(JamRuleTest, AJamThatFormsWhileWeLookCountsFromThen) {
  City city;
  EXPECT_EQ(city.JamFor(1, 0, 0), "");
  city.jam_since_ = kStart - absl::Hours(2);
  EXPECT_EQ(city.JamFor(60, 4, 300), "10:R2 30:U3");
}

TEST(JamRuleTest, TimeOfProfileDataDoesNotCount) {
  City city;
  city.jam_since_ = kStart - absl::Hours(2);
  EXPECT_EQ(city.JamFor(60, 4, 300, /*live_share=*/0.4), "");
  city.jams_.Pause();
  EXPECT_EQ(city.JamFor(60, 4, 300), "9:R2 29:U3")
      << "from the last evaluation with profile data only";
}

}  // namespace
}  // namespace citylayers::alerts
