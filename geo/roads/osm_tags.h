// What the tags of an OpenStreetMap way say about a road.
#ifndef CITYLAYERS_GEO_ROADS_OSM_TAGS_H_
#define CITYLAYERS_GEO_ROADS_OSM_TAGS_H_

#include <optional>
#include <string_view>

#include "geo/roads/way.h"

namespace citylayers::geo {

/// The class of a `highway` value; links count with their parent. nullopt: not a road for vehicles
/// (footways, steps, construction, ...). See wiki.openstreetmap.org/wiki/Key:highway.
std::optional<RoadClass> ParseHighway(std::string_view highway);

/// Of `oneway`, `junction` and `highway` together: a roundabout and a motorway are one-way unless
/// they say otherwise; "-1" runs against the points. Values of no meaning here (e.g. "reversible")
/// count as two-way.
Oneway ParseOneway(std::string_view oneway, std::string_view junction, std::string_view highway);

/// `maxspeed` in km/h: "60", "60 km/h", "40 mph". 0 for anything else ("none", "RU:urban",
/// "40;60"), and for numbers that no road has (under 5 or over 150 km/h).
double ParseMaxSpeedKmh(std::string_view max_speed);

/// `lanes`, 1 to 20; 0 for anything else.
int ParseLanes(std::string_view lanes);

/// `bridge` or `tunnel`: any value but "" and "no".
bool ParsePresence(std::string_view value);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_OSM_TAGS_H_
