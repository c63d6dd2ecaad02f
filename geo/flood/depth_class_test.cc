#include "geo/flood/depth_class.h"

#include <cmath>

#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

TEST(DepthClass, AStepBelongsToTheDeeperClass) {
  EXPECT_EQ(DepthClassOf(0), DepthClass::kDry);
  EXPECT_EQ(DepthClassOf(0.0999f), DepthClass::kDry);
  EXPECT_EQ(DepthClassOf(0.10f), DepthClass::kPonding);
  EXPECT_EQ(DepthClassOf(0.20f), DepthClass::kShallow);
  EXPECT_EQ(DepthClassOf(0.30f), DepthClass::kFlooded);
  EXPECT_EQ(DepthClassOf(0.4999f), DepthClass::kFlooded);
  EXPECT_EQ(DepthClassOf(0.50f), DepthClass::kDeep);
  EXPECT_EQ(DepthClassOf(INFINITY), DepthClass::kDeep);
  EXPECT_EQ(DepthClassOf(NAN), DepthClass::kDry);
}

TEST(DepthClass, NamesInBothLanguages) {
  EXPECT_EQ(DepthClassId(DepthClass::kPonding), "ponding");
  EXPECT_EQ(DepthClassNameVi(DepthClass::kDeep), "ngập sâu");
  EXPECT_EQ(DepthClassNameEn(DepthClass::kShallow), "shallow");
}

TEST(Passability, MotorbikesStopFirst) {
  EXPECT_EQ(PassabilityOf(Vehicle::kMotorbike, 0.19f), Passability::kPassable);
  EXPECT_EQ(PassabilityOf(Vehicle::kMotorbike, 0.20f), Passability::kAtRisk);
  EXPECT_EQ(PassabilityOf(Vehicle::kMotorbike, 0.30f), Passability::kImpassable);
  EXPECT_EQ(PassabilityOf(Vehicle::kCar, 0.30f), Passability::kAtRisk);
  EXPECT_EQ(PassabilityOf(Vehicle::kBus, 0.30f), Passability::kPassable);
}

TEST(Passability, NobodyPassesAtHalfAMetreAndMoreWaterIsNeverBetter) {
  for (const Vehicle vehicle : kVehicles) {
    EXPECT_EQ(PassabilityOf(vehicle, 0.5f), Passability::kImpassable);
    EXPECT_EQ(PassabilityOf(vehicle, NAN), Passability::kPassable);
    Passability before = Passability::kPassable;
    for (int cm = 0; cm <= 80; ++cm) {
      const Passability now = PassabilityOf(vehicle, static_cast<float>(cm) / 100);
      EXPECT_GE(now, before);
      before = now;
    }
  }
}

TEST(SafeSpeed, FallsFromDryGroundToAStandstill) {
  EXPECT_NEAR(SafeSpeedInWaterKmh(0), 86.94, 0.01);
  EXPECT_NEAR(SafeSpeedInWaterKmh(0.1f), 40.65, 0.01);
  EXPECT_EQ(SafeSpeedInWaterKmh(0.3f), 0);
  EXPECT_EQ(SafeSpeedInWaterKmh(NAN), 86.9448);
  double before = 100;
  for (int mm = 0; mm < 300; ++mm) {
    const double now = SafeSpeedInWaterKmh(static_cast<float>(mm) / 1000);
    EXPECT_LT(now, before);
    before = now;
  }
}

}  // namespace
}  // namespace citylayers::geo
