// The simplest split of ways into directed segments, for tests: every node that two ways share, or
// that one visits twice, is a junction.
#ifndef CITYLAYERS_TESTS_SUPPORT_SAIGON_CUT_H_
#define CITYLAYERS_TESTS_SUPPORT_SAIGON_CUT_H_

#include <cmath>
#include <cstdint>
#include <map>
#include <numbers>
#include <vector>

#include "geo/roads/way.h"
#include "samples/saigon/plane.h"

namespace citylayers::saigon {

struct CutSegment {
  const geo::Way* way = nullptr;
  std::uint64_t stable_id = 0;
  std::int64_t from = 0, to = 0;  // nodes
  std::vector<Point> line;
  double length_m = 0;
  Point mid;
  double bearing_deg = 0;
};

inline CutSegment MakeSegment(const geo::Way& way, std::size_t first, std::size_t last,
                              bool forward, std::uint64_t id) {
  CutSegment s;
  s.way = &way;
  s.stable_id = id;
  for (std::size_t k = 0; k <= last - first; ++k) {
    s.line.push_back(ToPlane(way.points[forward ? first + k : last - k]));
  }
  s.from = way.nodes[forward ? first : last];
  s.to = way.nodes[forward ? last : first];
  s.length_m = PolylineLength(s.line);
  double left = s.length_m / 2;
  for (std::size_t k = 1; k < s.line.size(); ++k) {
    const double piece = Distance(s.line[k - 1], s.line[k]);
    if (left <= piece || k + 1 == s.line.size()) {
      s.mid = Lerp(s.line[k - 1], s.line[k], piece > 0 ? std::fmin(1, left / piece) : 0);
      const Point d = s.line[k] - s.line[k - 1];
      s.bearing_deg = std::fmod(std::atan2(d.x, d.y) * 180 / std::numbers::pi + 360, 360);
      break;
    }
    left -= piece;
  }
  return s;
}

inline std::vector<CutSegment> CutWays(const std::vector<geo::Way>& ways) {
  std::map<std::int64_t, int> visits;
  for (const geo::Way& way : ways) {
    for (const std::int64_t node : way.nodes) ++visits[node];
  }
  std::vector<CutSegment> segments;
  for (const geo::Way& way : ways) {
    std::size_t first = 0;
    std::uint64_t ordinal = 0;
    for (std::size_t i = 1; i < way.nodes.size(); ++i) {
      if (i + 1 < way.nodes.size() && visits[way.nodes[i]] < 2) continue;
      const std::uint64_t id = static_cast<std::uint64_t>(way.id) * 2048 + 2 * ordinal++;
      if (way.oneway != geo::Oneway::kBackward) {
        segments.push_back(MakeSegment(way, first, i, true, id));
      }
      if (way.oneway != geo::Oneway::kForward) {
        segments.push_back(MakeSegment(way, first, i, false, id + 1));
      }
      first = i;
    }
  }
  return segments;
}

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_TESTS_SUPPORT_SAIGON_CUT_H_
