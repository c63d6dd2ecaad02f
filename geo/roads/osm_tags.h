// Interpretation of the tags of an OpenStreetMap way as properties of a road.
#ifndef CITYLAYERS_GEO_ROADS_OSM_TAGS_H_
#define CITYLAYERS_GEO_ROADS_OSM_TAGS_H_

#include <functional>
#include <optional>
#include <string_view>

#include "geo/roads/way.h"

namespace citylayers::geo {

/// The class of a `highway` value; links have the class of their parent. nullopt: not a road for
/// vehicles (footways, steps, construction, ...). See wiki.openstreetmap.org/wiki/Key:highway.
std::optional<RoadClass> ParseHighway(std::string_view highway);

/// Combines `oneway`, `junction` and `highway`: a roundabout and a motorway are one-way
/// unless tagged otherwise; "-1" means against the points. Other values (e.g.
/// "reversible") count as two-way.
Oneway ParseOneway(std::string_view oneway, std::string_view junction, std::string_view highway);

/// `maxspeed` in km/h: "60", "60 km/h", "40 mph". 0 for anything else ("none", "RU:urban",
/// "40;60"), and for implausible numbers (under 5 or over 150 km/h).
double ParseMaxSpeedKmh(std::string_view max_speed);

/// `lanes`, 1 to 20; 0 for anything else.
int ParseLanes(std::string_view lanes);

/// True when the road runs over a deck above water: any value of `bridge` except "", "no" and
/// "low_water_crossing", which is built to be flooded.
bool ParseBridge(std::string_view bridge);

/// True when the road runs in a tube below the ground. False for a passage through a building, a
/// roof against snow ("avalanche_protector", "covered") and a stream in a pipe ("culvert"): there
/// the road is at ground level and is flooded like the street beside it.
bool ParseTunnel(std::string_view tunnel);

/// The value of a key of a way; empty when the key is absent.
using TagLookup = std::function<std::string_view(const char* key)>;

/// True when vehicles may not or cannot drive here. By access: for cars, motorcycles and buses the
/// most specific of `access`, `vehicle`, `motor_vehicle` and their own keys applies, and all of
/// them are "no" (so an alley with motor_vehicle=no and motorcycle=yes is open). By state:
/// `disused`, `abandoned`, `demolished`, `razed`, `removed`, `dismantled`, `destroyed`, `proposed`,
/// `planned` or `impassable` is "yes". Other values of access (private, destination, permit) count
/// as open.
bool IsClosedToVehicles(const TagLookup& tag);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_OSM_TAGS_H_
