#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/alert_rules_fixture.h"

namespace citylayers::alerts {
namespace {

using testing::IsEmpty;

// Depths hold 10 minutes and keep 20; tier 2 (0.20 m) is the lowest that raises.
TEST(StreetRuleTest, RaisesAfterTenMinutesFromTheSecondTierOn) {
  City city;
  EXPECT_EQ(city.StreetFor(60, 0.15), "");
  EXPECT_EQ(city.StreetFor(60, 0.20), "10:R2");
  EXPECT_EQ(city.StreetFor(60, 0.30), "10:U3");
  EXPECT_EQ(city.StreetFor(60, 0.55), "10:U4");
}

TEST(StreetRuleTest, EndsTwentyMinutesAfterItIsFiveCentimetresUnder) {
  City city;
  city.StreetFor(15, 0.32);
  EXPECT_EQ(city.StreetFor(60, 0.26), "");
  EXPECT_EQ(city.StreetFor(60, 0.25), "20:D2");
  EXPECT_EQ(city.StreetFor(60, 0.16), "");
  EXPECT_EQ(city.StreetFor(60, 0.15), "20:X0");
}

TEST(StreetRuleTest, AWaveShorterThanTheHoldRaisesNothing) {
  City city;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(city.StreetFor(9, 0.40), "");
    EXPECT_EQ(city.StreetFor(1, 0.10), "");
  }
}

TEST(StreetRuleTest, AStreetThatLeavesTheListIsDry) {
  City city;
  EXPECT_EQ(city.StreetFor(15, 0.6), "10:R4");
  EXPECT_EQ(city.StreetFor(60, 0), "20:X0");
}

TEST(StreetRuleTest, OldDataAreNoDryStreet) {
  City city;
  city.StreetFor(15, 0.6);
  for (int i = 0; i < 120; ++i, city.Advance(1)) {
    EXPECT_EQ(city.Street(0, absl::Hours(1)), "-");
  }
  EXPECT_EQ(city.StreetFor(60, 0), "20:X0");
}

TEST(StreetRuleTest, AFastReplayWidensWhatIsFresh) {
  StreetDepthRule rule({});
  Complete<StreetDepthObservation> streets;
  streets.items.push_back({.street = "Calmette", .depth_m = 0.4});
  streets.data_time = kStart;
  rule.Observe(streets, kStart + absl::Hours(2), absl::Hours(3));
  EXPECT_EQ(rule.Observe(streets, kStart + absl::Hours(3), absl::Hours(3)).size(), 1u);
}

TEST(StreetRuleTest, AStreetWithoutANameRaisesNothing) {
  StreetDepthRule rule({});
  for (int i = 0; i < 30; ++i) {
    const absl::Time now = kStart + absl::Minutes(i);
    EXPECT_THAT(rule.Observe({.items = {{.street = "", .depth_m = 1}}, .data_time = now}, now),
                IsEmpty());
  }
}

TEST(StreetRuleTest, TheFirstTierRaisesWhenAsked) {
  RuleOptions options;
  options.street_depth.min_tier = 1;
  City city(options);
  EXPECT_EQ(city.StreetFor(60, 0.15), "10:R1");
}

}  // namespace
}  // namespace citylayers::alerts
