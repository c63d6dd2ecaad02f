// The description of `layers/traffic`: name, columns and values.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_SCHEMA_H_
#define CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_SCHEMA_H_

#include "citylayers/layers/v1/layers.pb.h"

namespace citylayers::traffic {

/// Indexes of the columns in every frame of the layer; the order of the schema. kLevel and kSource
/// have the numbers of TrafficLevel and SpeedSource; kFloodClass has those of FloodClass: unknown
/// for a street that the terrain does not cover and for which no water was reported.
enum Column : int { kLevel = 0, kSpeed, kJamFactor, kAgeClass, kSource, kFloodClass, kColumnCount };

/// Name, sub-layer and columns; the caller adds the fields that depend on the pack and the state.
layers::v1::Layer TrafficSchema();

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_SCHEMA_H_
