// What the tags of an OpenStreetMap way say about a road.
#ifndef CITYLAYERS_GEO_ROADS_OSM_TAGS_H_
#define CITYLAYERS_GEO_ROADS_OSM_TAGS_H_

#include <functional>
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

/// Whether the road runs over a deck that water passes under: any value of `bridge` but "", "no"
/// and "low_water_crossing", which is built to be flooded.
bool ParseBridge(std::string_view bridge);

/// Whether the road runs in a tube below the ground. Not in a passage through a building, under a
/// roof against snow ("avalanche_protector", "covered"), or over a stream in a pipe ("culvert"): it
/// is at the ground there and gets wet like the street beside.
bool ParseTunnel(std::string_view tunnel);

/// The value of a key of a way; empty when there is none.
using TagLookup = std::function<std::string_view(const char* key)>;

/// Whether no vehicle may or can drive here. By access: for cars, motorcycles and buses the most
/// specific of `access`, `vehicle`, `motor_vehicle` and their own keys counts, and all of them say
/// "no" (so an alley with motor_vehicle=no and motorcycle=yes is open). By state: `disused`,
/// `abandoned`, `demolished`, `razed`, `removed`, `dismantled`, `destroyed`, `proposed`, `planned`
/// or `impassable` is "yes". Other values of access (private, destination, permit) are open.
bool IsClosedToVehicles(const TagLookup& tag);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_OSM_TAGS_H_
