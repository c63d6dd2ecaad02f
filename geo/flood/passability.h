// The effect of water on streets on vehicles.
#ifndef CITYLAYERS_GEO_FLOOD_PASSABILITY_H_
#define CITYLAYERS_GEO_FLOOD_PASSABILITY_H_

#include <array>
#include <cstdint>

namespace citylayers::geo {

/// Groups of vehicles by wading depth. kBus: buses and trucks. kEmergency: fire engines and
/// ambulances on a truck's chassis.
enum class Vehicle : std::uint8_t { kMotorbike = 0, kCar = 1, kBus = 2, kEmergency = 3 };
inline constexpr std::array<Vehicle, 4> kVehicles = {Vehicle::kMotorbike, Vehicle::kCar,
                                                     Vehicle::kBus, Vehicle::kEmergency};

/// The numbers are those of flood.v1.Passability: do not change them. kDifficult: passable slowly
/// and at risk.
enum class Passability : std::uint8_t {
  kUnknown = 0,
  kPassable = 1,
  kDifficult = 2,
  kImpassable = 3,
};

/// Depths from which a vehicle passes with difficulty and from which it cannot pass, metres.
struct VehicleLimits {
  float difficult_from_m = 0;
  float impassable_from_m = 0;
};

/// The limits in standing water. Moving water stops every vehicle earlier, and the
/// model has no velocity.
///
/// | vehicle | difficult, m | impassable, m | source |
/// |---|---|---|---|
/// | motorbike | 0.10 | 0.20 | makers: below the exhaust tip, at most 0.20 |
/// | car | 0.15 | 0.30 | US Ready.gov: 0.15 reaches the floor, 0.30 floats many cars; Pregnolato |
/// | bus, truck | 0.30 | 0.50 | 0.30: where the speed of cars ends; 0.50: the city's "ngập sâu" |
/// | emergency | 0.30 | 0.60 | Kramer, Terheiden and Wieprecht (2016); difficult as a truck |
VehicleLimits LimitsOf(Vehicle vehicle);

/// Passability of standing water for a vehicle. A NaN depth is kUnknown.
Passability PassabilityOf(Vehicle vehicle, float depth_m);

/// Maximum safe speed of a car in standing water: 0.0009 w^2 - 0.5529 w + 86.9448 km/h for w in
/// millimetres up to 300, after Pregnolato, Ford, Wilkinson and Dawson, "The impact of flooding on
/// road transport: a depth-disruption function", Transportation Research Part D 55 (2017). 0 from
/// 0.30 m on, the depth at which LimitsOf(kCar) stops cars; 86.9 km/h on dry ground.
double SafeSpeedInWaterKmh(float depth_m);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_PASSABILITY_H_
