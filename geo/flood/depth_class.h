// What a depth of water on a street means for people and vehicles.
#ifndef CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_
#define CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace citylayers::geo {

/// Classes of depth, in the words used in Ho Chi Minh City. The steps are this project's proposal
/// after reports of the city's drainage company and press (ponding 0.10-0.15 m, flooded 0.20-0.30,
/// 0.40-0.60 in the great storm of 2015-09-15); no legal definition was found. The numbers go over
/// the wire: do not change them.
enum class DepthClass : std::uint8_t {
  kDry = 0,      // under 0.10 m
  kPonding = 1,  // "tu nuoc", from 0.10 m
  kShallow = 2,  // "ngap nhe", from 0.20 m
  kFlooded = 3,  // "ngap", from 0.30 m
  kDeep = 4,     // "ngap sau", from 0.50 m
};

/// Where each class after kDry begins, metres.
inline constexpr std::array<float, 4> kDepthClassFromM = {0.10f, 0.20f, 0.30f, 0.50f};

/// Class of a depth; a depth on a step belongs to the deeper class. NaN is kDry.
DepthClass DepthClassOf(float depth_m);

/// All of them, shallow ones first.
inline constexpr std::array<DepthClass, 5> kDepthClasses = {
    DepthClass::kDry, DepthClass::kPonding, DepthClass::kShallow, DepthClass::kFlooded,
    DepthClass::kDeep};

/// The class's name in schemas and code ("dry", "ponding", ...), and for people in Vietnamese
/// ("khô", "tụ nước", ...) and English ("dry", "ponding", ...).
std::string_view DepthClassId(DepthClass c);
std::string_view DepthClassNameVi(DepthClass c);
std::string_view DepthClassNameEn(DepthClass c);

enum class Vehicle : std::uint8_t { kMotorbike = 0, kCar = 1, kBus = 2 };
inline constexpr std::array<Vehicle, 3> kVehicles = {Vehicle::kMotorbike, Vehicle::kCar,
                                                     Vehicle::kBus};

/// The numbers go over the wire: do not change them.
enum class Passability : std::uint8_t { kPassable = 0, kAtRisk = 1, kImpassable = 2 };

/// Depths from which a vehicle is at risk and from which it cannot pass, metres.
struct VehicleLimits {
  float at_risk_from_m = 0;
  float impassable_from_m = 0;
};

/// The limits. Motorbikes: at risk 0.20 m, stopped 0.30 m, and a street is closed to everybody at
/// 0.50 m (default rules for the city in the design notes). Cars at risk 0.30 m: the depth at which
/// Pregnolato et al. (2017) have them stop. Buses at risk 0.40 m: an assumption of this project.
VehicleLimits LimitsOf(Vehicle vehicle);

/// Whether a vehicle passes through a depth. NaN passes, as dry ground does.
Passability PassabilityOf(Vehicle vehicle, float depth_m);

/// Fastest safe speed of a car in standing water: 0.0009 w^2 - 0.5529 w + 86.9448 km/h for w in
/// millimetres up to 300, after Pregnolato, Ford, Wilkinson and Dawson, "The impact of flooding on
/// road transport: a depth-disruption function", Transportation Research Part D 55 (2017). 0 from
/// 0.30 m on; 86.9 km/h on dry ground.
double SafeSpeedInWaterKmh(float depth_m);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_
