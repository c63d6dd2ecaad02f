// Names of road classes in APIs, tiles and options.
#ifndef CITYLAYERS_GEO_ROADS_ROAD_CLASS_H_
#define CITYLAYERS_GEO_ROADS_ROAD_CLASS_H_

#include <array>
#include <optional>
#include <string_view>

#include "geo/roads/way.h"

namespace citylayers::geo {

/// Indexed by the number of the class: the most important first.
inline constexpr std::array<std::string_view, 7> kRoadClassWords = {
    "motorway", "trunk", "primary", "secondary", "tertiary", "local", "service"};

/// nullopt for words that are not a class.
std::optional<RoadClass> ParseRoadClass(std::string_view word);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_ROAD_CLASS_H_
