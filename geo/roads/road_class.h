// Words for road classes, as APIs, tiles and options say them.
#ifndef CITYLAYERS_GEO_ROADS_ROAD_CLASS_H_
#define CITYLAYERS_GEO_ROADS_ROAD_CLASS_H_

#include <array>
#include <optional>
#include <string_view>

#include "geo/roads/way.h"

namespace citylayers::geo {

/// By the number of the class: the most important first.
inline constexpr std::array<std::string_view, 7> kRoadClassWords = {
    "motorway", "trunk", "primary", "secondary", "tertiary", "local", "service"};

/// Nothing for words that are no class.
std::optional<RoadClass> ParseRoadClass(std::string_view word);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_ROAD_CLASS_H_
