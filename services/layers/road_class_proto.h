// Classes of roads in messages.
#ifndef CITYLAYERS_SERVICES_LAYERS_ROAD_CLASS_PROTO_H_
#define CITYLAYERS_SERVICES_LAYERS_ROAD_CLASS_PROTO_H_

#include <optional>

#include "citylayers/common/v1/road_class.pb.h"
#include "geo/roads/road_class.h"

namespace citylayers::layers {

// The numbers of packs begin at 0, those of messages at 1, because 0 is "not known".
static_assert(static_cast<int>(geo::RoadClass::kMotorway) + 1 == common::v1::ROAD_CLASS_MOTORWAY);
static_assert(static_cast<int>(geo::RoadClass::kService) + 1 == common::v1::ROAD_CLASS_SERVICE);

constexpr common::v1::RoadClass ToProto(geo::RoadClass road_class) {
  return static_cast<common::v1::RoadClass>(static_cast<int>(road_class) + 1);
}

/// nullopt: unspecified, or a class that this version does not know.
constexpr std::optional<geo::RoadClass> FromProto(common::v1::RoadClass road_class) {
  if (road_class < common::v1::ROAD_CLASS_MOTORWAY || road_class > common::v1::ROAD_CLASS_SERVICE) {
    return std::nullopt;
  }
  return static_cast<geo::RoadClass>(static_cast<int>(road_class) - 1);
}

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_ROAD_CLASS_PROTO_H_
