// Free-flow speeds of roads, by tag or by class.
#ifndef CITYLAYERS_GEO_ROADS_REFERENCE_SPEED_H_
#define CITYLAYERS_GEO_ROADS_REFERENCE_SPEED_H_

#include "geo/roads/way.h"

namespace citylayers::geo {

/// Free-flow speed of a class of road in Ho Chi Minh City, km/h.
double DefaultReferenceSpeedKmh(RoadClass road_class);

/// The tagged limit when there is one (max_speed_kmh > 0), else the default of the class.
double ReferenceSpeedKmh(RoadClass road_class, double max_speed_kmh);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_REFERENCE_SPEED_H_
