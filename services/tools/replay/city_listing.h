// The stations and segments of a city, as listed by the public API.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_CITY_LISTING_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_CITY_LISTING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/lon_lat.h"
#include "geo/roads/way.h"

namespace citylayers::replay {

struct ListedStation {
  std::string id;  // of stations/{id}
  std::string name_vi;
  LonLat at;
  std::vector<std::string> kinds;  // kinds of its measures
};

struct ListedSegment {
  std::uint64_t stable_id = 0;
  LonLat mid;
  double bearing_deg = 0;  // from the first point to the last, clockwise from north
  double length_m = 0;
  double reference_speed_kmh = 0;
  geo::RoadClass road_class = geo::RoadClass::kLocal;
};

struct CityListing {
  std::vector<ListedStation> stations;
  std::vector<ListedSegment> segments;
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_CITY_LISTING_H_
