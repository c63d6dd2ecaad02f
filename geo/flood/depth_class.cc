#include "geo/flood/depth_class.h"

#include <cmath>

namespace citylayers::geo {

DepthClass DepthClassOf(float depth_m) {
  if (std::isnan(depth_m)) return DepthClass::kUnknown;
  auto deepest = DepthClass::kDry;
  for (std::size_t i = 0; i < kWetClasses.size(); ++i) {
    if (depth_m >= kDepthClassFromM[i]) deepest = kWetClasses[i].depth_class;
  }
  return deepest;
}

DepthClass DepthClassOfCm(std::int32_t depth_cm) {
  auto deepest = DepthClass::kDry;
  for (const DepthClassInfo& wet : kWetClasses) {
    if (depth_cm >= wet.from_cm) deepest = wet.depth_class;
  }
  return deepest;
}

}  // namespace citylayers::geo
