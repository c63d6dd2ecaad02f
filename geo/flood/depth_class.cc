#include "geo/flood/depth_class.h"

#include <algorithm>

namespace citylayers::geo {
namespace {

struct ClassNames {
  std::string_view id;
  std::string_view vi;
  std::string_view en;
};

constexpr std::array<ClassNames, 5> kNames = {{{"dry", "khô", "dry"},
                                               {"ponding", "đọng nước", "ponding"},
                                               {"shallow", "ngập nhẹ", "shallow"},
                                               {"flooded", "ngập", "flooded"},
                                               {"deep", "ngập sâu", "deep"}}};

const ClassNames& NamesOf(DepthClass c) {
  return kNames[std::min<std::size_t>(static_cast<std::size_t>(c), kNames.size() - 1)];
}

}  // namespace

DepthClass DepthClassOf(float depth_m) {
  std::uint8_t steps = 0;
  for (const float from_m : kDepthClassFromM) steps += depth_m >= from_m ? 1 : 0;
  return static_cast<DepthClass>(steps);
}

std::string_view DepthClassId(DepthClass c) { return NamesOf(c).id; }
std::string_view DepthClassNameVi(DepthClass c) { return NamesOf(c).vi; }
std::string_view DepthClassNameEn(DepthClass c) { return NamesOf(c).en; }

VehicleLimits LimitsOf(Vehicle vehicle) {
  switch (vehicle) {
    case Vehicle::kMotorbike:
      return {0.10f, 0.20f};
    case Vehicle::kCar:
      return {0.15f, 0.30f};
    case Vehicle::kBus:
      return {0.30f, 0.50f};
    case Vehicle::kEmergency:
      return {0.30f, 0.60f};
  }
  return {0.10f, 0.20f};  // an unknown vehicle is treated as the weakest
}

Passability PassabilityOf(Vehicle vehicle, float depth_m) {
  const VehicleLimits limits = LimitsOf(vehicle);
  if (depth_m >= limits.impassable_from_m) return Passability::kImpassable;
  if (depth_m >= limits.at_risk_from_m) return Passability::kAtRisk;
  return Passability::kPassable;
}

double SafeSpeedInWaterKmh(float depth_m) {
  const double w_mm = std::max(0.0, static_cast<double>(depth_m) * 1000);
  if (depth_m >= LimitsOf(Vehicle::kCar).impassable_from_m) return 0;
  return 0.0009 * w_mm * w_mm - 0.5529 * w_mm + 86.9448;
}

}  // namespace citylayers::geo
