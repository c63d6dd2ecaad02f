#include "geo/flood/passability.h"

#include <cmath>
#include <iterator>

#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

TEST(Passability, EachVehicleHasItsOwnLimitsInStandingWater) {
  struct Row {
    Vehicle vehicle;
    int difficult_cm, impassable_cm;
  };
  constexpr Row kRows[] = {{Vehicle::kMotorbike, 10, 20},
                           {Vehicle::kCar, 15, 30},
                           {Vehicle::kBus, 30, 50},
                           {Vehicle::kEmergency, 30, 60}};
  EXPECT_EQ(std::size(kRows), kVehicles.size()) << "a vehicle without a row";
  for (const Row& row : kRows) {
    for (int cm = 0; cm <= 100; ++cm) {
      const Passability expected = cm >= row.impassable_cm  ? Passability::kImpassable
                                   : cm >= row.difficult_cm ? Passability::kDifficult
                                                            : Passability::kPassable;
      EXPECT_EQ(PassabilityOf(row.vehicle, static_cast<float>(cm) / 100), expected)
          << static_cast<int>(row.vehicle) << " in " << cm << " cm";
    }
    EXPECT_EQ(PassabilityOf(row.vehicle, NAN), Passability::kUnknown);
    EXPECT_EQ(PassabilityOf(row.vehicle, INFINITY), Passability::kImpassable);
  }
}

TEST(Passability, AnUnknownVehicleIsTreatedAsTheWeakest) {
  EXPECT_EQ(PassabilityOf(static_cast<Vehicle>(77), 0.20f), Passability::kImpassable);
}

TEST(Passability, TheWireNumbersOfVehiclesStay) {
  EXPECT_EQ(static_cast<int>(Vehicle::kMotorbike), 0);
  EXPECT_EQ(static_cast<int>(Vehicle::kCar), 1);
  EXPECT_EQ(static_cast<int>(Vehicle::kBus), 2);
  EXPECT_EQ(static_cast<int>(Vehicle::kEmergency), 3);
}

TEST(SafeSpeed, IsZeroExactlyWhereCarsStop) {
  for (int cm = 0; cm <= 100; ++cm) {
    const float depth_m = static_cast<float>(cm) / 100;
    EXPECT_EQ(SafeSpeedInWaterKmh(depth_m) == 0,
              PassabilityOf(Vehicle::kCar, depth_m) == Passability::kImpassable)
        << cm << " cm";
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
