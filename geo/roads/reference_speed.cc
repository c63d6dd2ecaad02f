#include "geo/roads/reference_speed.h"

namespace citylayers::geo {

// Vietnam's limits in built-up areas are 60 km/h on divided roads and 50 km/h on others (Circular
// 31/2019/TT-BGTVT of the Ministry of Transport, articles 6 and 7); expressways are signed 80 to
// 120 km/h (article 9). Traffic that is mostly motorbikes is slower than that between signals even
// at night, so the values for streets are our choice below the limits. They apply to roads without
// a tagged limit: measured speeds do not change them.
double DefaultReferenceSpeedKmh(RoadClass road_class) {
  switch (road_class) {
    case RoadClass::kMotorway:
      return 80;
    case RoadClass::kTrunk:
      return 50;
    case RoadClass::kPrimary:
      return 40;
    case RoadClass::kSecondary:
      return 35;
    case RoadClass::kTertiary:
      return 30;
    case RoadClass::kLocal:
      return 25;
    case RoadClass::kService:
      return 15;
  }
  return 25;
}

double ReferenceSpeedKmh(RoadClass road_class, double max_speed_kmh) {
  return max_speed_kmh > 0 ? max_speed_kmh : DefaultReferenceSpeedKmh(road_class);
}

}  // namespace citylayers::geo
