// Classes of water depth on streets, and their effect on people and vehicles.
#ifndef CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_
#define CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace citylayers::geo {

/// Classes of depth, in the terms used in Ho Chi Minh City. The thresholds are this project's
/// proposal after reports of the city's drainage company and press (ponding 0.10-0.15 m, flooded
/// 0.20-0.30, 0.40-0.60 in the great storm of 2015-09-15); no legal definition was found. The
/// numbers are those of flood.v1.FloodClass: do not change them. Deeper is larger, and what is
/// greater than kDry is wet.
enum class DepthClass : std::uint8_t {
  kUnknown = 0,  // which does not mean dry
  kDry = 1,
  kPonding = 2,
  kShallow = 3,
  kFlooded = 4,
  kDeep = 5,
};

/// What is known of a class. `id` is the word of schemas and code.
struct DepthClassInfo {
  DepthClass depth_class = DepthClass::kUnknown;
  std::int32_t from_cm = 0;  // minimum depth
  std::string_view id, name_vi, name_en;
};

/// The one table of classes, indexed by their numbers. The page has its own copy of the wet ones,
/// services/web/styles/depth_classes.ts; a test there reads these lines and compares both.
inline constexpr std::array<DepthClassInfo, 6> kDepthClasses = {{
    {DepthClass::kUnknown, 0, "unknown", "chưa rõ", "not known"},
    {DepthClass::kDry, 0, "dry", "khô", "dry"},
    {DepthClass::kPonding, 10, "ponding", "đọng nước", "ponding"},
    {DepthClass::kShallow, 20, "shallow", "ngập nhẹ", "shallow"},
    {DepthClass::kFlooded, 30, "flooded", "ngập", "flooded"},
    {DepthClass::kDeep, 50, "deep", "ngập sâu", "deep"},
}};

/// The classes with water, shallow ones first. Alert rules and depth bands count them from 0.
inline constexpr std::span<const DepthClassInfo, 4> kWetClasses =
    std::span(kDepthClasses).subspan<2>();

/// Minimum depths of kWetClasses in metres: 0.10, 0.20, 0.30, 0.50, each the nearest number of its
/// type.
template <typename Number>
inline constexpr std::array<Number, 4> kWetClassesFromM = {
    kWetClasses[0].from_cm / Number{100}, kWetClasses[1].from_cm / Number{100},
    kWetClasses[2].from_cm / Number{100}, kWetClasses[3].from_cm / Number{100}};
inline constexpr std::array<float, 4> kDepthClassFromM = kWetClassesFromM<float>;

/// An unknown number counts as kUnknown.
constexpr const DepthClassInfo& InfoOf(DepthClass c) {
  const auto i = static_cast<std::size_t>(c);
  return kDepthClasses[i < kDepthClasses.size() ? i : 0];
}

/// Class of a depth; a depth equal to a threshold belongs to the deeper class. NaN is kUnknown.
DepthClass DepthClassOf(float depth_m);

/// The same for the whole centimetres of layer columns.
DepthClass DepthClassOfCm(std::int32_t depth_cm);

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

#endif  // CITYLAYERS_GEO_FLOOD_DEPTH_CLASS_H_
