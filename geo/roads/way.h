// Roads as read from a source, before they are cut into segments.
#ifndef CITYLAYERS_GEO_ROADS_WAY_H_
#define CITYLAYERS_GEO_ROADS_WAY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/lon_lat.h"
#include "geo/roads/road_class.h"

namespace citylayers::geo {

enum class Oneway : std::uint8_t { kNo = 0, kForward = 1, kBackward = 2 };

/// One road as drawn by its source: a polyline whose points have node ids. Ways meet only where
/// they share a node id (a bridge crosses without meeting). REQUIRES: nodes.size() == points.size()
/// >= 2; gaps ascend, each at least 1 and less than the number of points.
struct Way {
  std::int64_t id = 0;  // unique within the source; positive; < 2^40
  std::string name;     // in Vietnamese with diacritics; empty when unnamed
  RoadClass road_class = RoadClass::kLocal;
  Oneway oneway = Oneway::kNo;
  int lanes = 0;             // 0: unknown
  double max_speed_kmh = 0;  // 0: unknown
  bool bridge = false;
  bool tunnel = false;
  std::vector<std::int64_t> nodes;
  std::vector<LonLat> points;
  std::vector<std::size_t>
      gaps;  // the line is broken before points[gap]: its course there is unknown
};

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_WAY_H_
