// The description of `layers/flood`: name, columns and values.
#ifndef CITYLAYERS_SERVICES_FLOOD_FLOOD_SCHEMA_H_
#define CITYLAYERS_SERVICES_FLOOD_FLOOD_SCHEMA_H_

#include "citylayers/layers/v1/layers.pb.h"

namespace citylayers::flood {

/// Sub-layers, and the columns of `streets`, in the order of the schema.
enum SubLayer : int { kStreets = 0, kDepth, kSubLayerCount };
enum StreetColumn : int { kDepthCm = 0, kClass, kStreetColumnCount };

/// The column kClass has the classes of geo/flood/depth_class.h. A street that is not wet on the
/// terrain but extends beyond it is unknown, not dry.
layers::v1::Layer FloodSchema();

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_FLOOD_SCHEMA_H_
