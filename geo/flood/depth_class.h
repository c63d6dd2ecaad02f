// Classes of water depth on streets, and their effect on people and vehicles.
#ifndef CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_
#define CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace citylayers::geo {

/// Classes of depth, in the terms used in Ho Chi Minh City. The thresholds are this project's
/// proposal after reports of the city's drainage company and press (ponding 0.10-0.15 m, flooded
/// 0.20-0.30, 0.40-0.60 in the great storm of 2015-09-15); no legal definition was found. The
/// numbers are part of the wire format: do not change them.
enum class DepthClass : std::uint8_t {
  kDry = 0,      // under 0.10 m
  kPonding = 1,  // "dong nuoc", from 0.10 m
  kShallow = 2,  // "ngap nhe", from 0.20 m
  kFlooded = 3,  // "ngap", from 0.30 m
  kDeep = 4,     // "ngap sau", from 0.50 m
};

/// Minimum depth of each class after kDry, metres.
inline constexpr std::array<float, 4> kDepthClassFromM = {0.10f, 0.20f, 0.30f, 0.50f};

/// Class of a depth; a depth equal to a threshold belongs to the deeper class. NaN is kDry.
DepthClass DepthClassOf(float depth_m);

/// All classes, shallow ones first.
inline constexpr std::array<DepthClass, 5> kDepthClasses = {
    DepthClass::kDry, DepthClass::kPonding, DepthClass::kShallow, DepthClass::kFlooded,
    DepthClass::kDeep};

/// The class's name in schemas and code ("dry", "ponding", ...), and its display names in
/// Vietnamese ("khô", "đọng nước", ...) and English ("dry", "ponding", ...).
std::string_view DepthClassId(DepthClass c);
std::string_view DepthClassNameVi(DepthClass c);
std::string_view DepthClassNameEn(DepthClass c);

/// Groups of vehicles by wading depth. kBus: buses and trucks. kEmergency: fire engines and
/// ambulances on a truck's chassis.
enum class Vehicle : std::uint8_t { kMotorbike = 0, kCar = 1, kBus = 2, kEmergency = 3 };
inline constexpr std::array<Vehicle, 4> kVehicles = {Vehicle::kMotorbike, Vehicle::kCar,
                                                     Vehicle::kBus, Vehicle::kEmergency};

/// In the order of severity. On the wire (flood.v1.Passability) each number is one greater, because
/// 0 is "unspecified" there: do not change them.
enum class Passability : std::uint8_t { kPassable = 0, kAtRisk = 1, kImpassable = 2 };

/// Depths from which a vehicle is at risk and from which it cannot pass, metres.
struct VehicleLimits {
  float at_risk_from_m = 0;
  float impassable_from_m = 0;
};

/// The limits in standing water. Moving water stops every vehicle earlier, and the
/// model has no velocity.
///
/// | vehicle | at risk, m | impassable, m | source |
/// |---|---|---|---|
/// | motorbike | 0.10 | 0.20 | makers: below the exhaust tip, at most 0.20 |
/// | car | 0.15 | 0.30 | US Ready.gov: 0.15 reaches the floor, 0.30 floats many cars; Pregnolato |
/// | bus, truck | 0.30 | 0.50 | 0.30: where the speed of cars ends; 0.50: the city's "ngập sâu" |
/// | emergency | 0.30 | 0.60 | Kramer, Terheiden and Wieprecht (2016); at risk as a truck |
VehicleLimits LimitsOf(Vehicle vehicle);

/// Passability of standing water for a vehicle. NaN counts as dry ground.
Passability PassabilityOf(Vehicle vehicle, float depth_m);

/// Maximum safe speed of a car in standing water: 0.0009 w^2 - 0.5529 w + 86.9448 km/h for w in
/// millimetres up to 300, after Pregnolato, Ford, Wilkinson and Dawson, "The impact of flooding on
/// road transport: a depth-disruption function", Transportation Research Part D 55 (2017). 0 from
/// 0.30 m on, the depth at which LimitsOf(kCar) stops cars; 86.9 km/h on dry ground.
double SafeSpeedInWaterKmh(float depth_m);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_
