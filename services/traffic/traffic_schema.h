// The description of `layers/traffic`: name, columns and values.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_SCHEMA_H_
#define CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_SCHEMA_H_

#include <cstdint>

#include "citylayers/layers/v1/layers.pb.h"

namespace citylayers::traffic {

/// Indexes of the columns in every frame of the layer; the order of the schema.
enum Column : int { kLevel = 0, kSpeed, kJamFactor, kAgeClass, kSource, kFloodClass, kColumnCount };

/// flood_class of a street that the terrain does not cover and for which no water was reported.
inline constexpr std::int32_t kUnknownFloodClass = -1;

/// Name, sub-layer and columns; the caller adds the fields that depend on the pack and the state.
layers::v1::Layer TrafficSchema();

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_SCHEMA_H_
