#include "geo/flood/runoff.h"

#include <cmath>

#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

// TR-55's worked figure: 5.0 inches of rain on CN 70 give 2.04 inches of runoff.
TEST(Runoff, AgreesWithThePublishedTable) {
  EXPECT_NEAR(RunoffMm(5.0 * 25.4, 70) / 25.4, 2.04, 0.005);
  EXPECT_NEAR(RunoffMm(5.0 * 25.4, 98) / 25.4, 4.76, 0.005);
}

TEST(Runoff, TheFirstRainIsLost) {
  EXPECT_EQ(RunoffMm(0, 75), 0);
  EXPECT_EQ(RunoffMm(10, 75), 0) << "S = 84.7 mm, the first 16.9 mm are lost";
  EXPECT_GT(RunoffMm(20, 75), 0);
  EXPECT_DOUBLE_EQ(RunoffMm(33, 100), 33);
}

TEST(Runoff, GrowsWithRainAndNeverBeyondIt) {
  for (const double cn : {60.0, 75.0, 90.0, 98.0}) {
    double before = 0;
    for (int mm = 1; mm <= 200; ++mm) {
      const double runoff = RunoffMm(mm, cn);
      ASSERT_GE(runoff, before);
      ASSERT_LE(runoff, mm);
      before = runoff;
    }
  }
}

TEST(DrainCapacity, TheTideClosesTheDrains) {
  EXPECT_EQ(DrainCapacityMmPerHour(0.5), 25);
  EXPECT_EQ(DrainCapacityMmPerHour(1.32), 25);
  EXPECT_NEAR(DrainCapacityMmPerHour(1.46), 12.5, 1e-9);
  EXPECT_EQ(DrainCapacityMmPerHour(1.60), 0);
  EXPECT_EQ(DrainCapacityMmPerHour(1.70), 0);
  EXPECT_EQ(DrainCapacityMmPerHour(NAN), 25);
}

TEST(RainZone, DrainsTakeWhatTheyCanAndEmptyTheRestLater) {
  RainZone paved(100);
  ASSERT_TRUE(paved.Advance(40, 1, 25).ok());
  EXPECT_NEAR(paved.standing_mm(), 15, 1e-9);
  ASSERT_TRUE(paved.Advance(0, 0.5, 25).ok());
  EXPECT_NEAR(paved.standing_mm(), 2.5, 1e-9);
  ASSERT_TRUE(paved.Advance(0, 5, 25).ok());
  EXPECT_EQ(paved.standing_mm(), 0);
  EXPECT_NEAR(paved.drained_mm(), 40, 1e-9);
}

TEST(RainZone, SmallStepsAndOneLargeStepGiveEqualRunoff) {
  RainZone small(90), large(90);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(small.Advance(1, 0.03, 0).ok());
  ASSERT_TRUE(large.Advance(100, 3, 0).ok());
  EXPECT_NEAR(small.standing_mm(), large.standing_mm(), 1e-9);
  EXPECT_NEAR(small.standing_mm(), RunoffMm(100, 90), 1e-9);
}

TEST(RainZone, ANewStormFindsDryGround) {
  RainZone park(75);
  ASSERT_TRUE(park.Advance(15, 1, 0).ok());
  park.EndStorm();
  ASSERT_TRUE(park.Advance(15, 1, 0).ok());
  EXPECT_EQ(park.standing_mm(), 0);
  ASSERT_TRUE(park.Advance(15, 1, 0).ok());
  EXPECT_GT(park.standing_mm(), 0);
}

TEST(RainZone, BadNumbersAreRefusedAndChangeNothing) {
  RainZone zone(90);
  ASSERT_TRUE(zone.Advance(50, 1, 0).ok());
  const double before = zone.standing_mm();
  EXPECT_FALSE(zone.Advance(-1, 1, 0).ok());
  EXPECT_FALSE(zone.Advance(NAN, 1, 0).ok());
  EXPECT_FALSE(zone.Advance(1, INFINITY, 0).ok());
  EXPECT_EQ(zone.standing_mm(), before);
}

}  // namespace
}  // namespace citylayers::geo
