#include "geo/roads/road_class.h"

#include <algorithm>

namespace citylayers::geo {

std::optional<RoadClass> ParseRoadClass(std::string_view word) {
  const auto it = std::find(kRoadClassWords.begin(), kRoadClassWords.end(), word);
  if (it == kRoadClassWords.end()) return std::nullopt;
  return static_cast<RoadClass>(it - kRoadClassWords.begin());
}

}  // namespace citylayers::geo
