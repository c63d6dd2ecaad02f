#include "samples/saigon/land_areas.h"

#include <algorithm>
#include <utility>

#include "samples/saigon/embedded.h"
#include "samples/saigon/tsv.h"

namespace citylayers::saigon {
namespace {

template <typename Enum, std::size_t kSize>
Enum ParseWord(const Row& row, const std::string& word,
               const std::pair<const char*, Enum> (&words)[kSize]) {
  for (const auto& [name, value] : words) {
    if (word == name) return value;
  }
  BadTable(row, "unknown word '" + word + "'");
}

// Fields have no corners. The ring is extended by its neighbours' corners on both sides before
// smoothing, so that the join is as smooth as the rest.
std::vector<Point> SmoothRing(const std::vector<Point>& ring) {
  std::vector<Point> wrapped = {ring.back()};
  wrapped.insert(wrapped.end(), ring.begin(), ring.end());
  wrapped.push_back(ring[0]);
  wrapped.push_back(ring[1]);
  const std::vector<Point> smooth = Smooth(wrapped, 40);  // passes through ring[0] twice
  const auto from = std::find(smooth.begin(), smooth.end(), ring[0]);
  const auto to = std::find(from + 1, smooth.end(), ring[0]);
  std::vector<Point> closed = Simplify({from, to + 1}, 4);
  closed.pop_back();
  return closed;
}

}  // namespace

std::vector<LandArea> ReadLandAreas() {
  static constexpr std::pair<const char*, AreaKind> kKinds[] = {
      {"park", AreaKind::kPark},
      {"airfield", AreaKind::kAirfield},
      {"fields", AreaKind::kFields},
      {"port", AreaKind::kPort},
  };
  std::vector<LandArea> areas;
  for (const Row& row : ReadTable("areas.tsv", kAreasTsv, 4)) {
    LandArea area{ParseWord(row, row.fields[0], kKinds), row.fields[1], row.fields[2],
                  ParsePoints(row, row.fields[3], 3)};
    double twice_area = 0;
    for (std::size_t i = 0, j = area.ring.size() - 1; i < area.ring.size(); j = i++) {
      twice_area += Cross(area.ring[j], area.ring[i]);
    }
    if (twice_area < 0) std::reverse(area.ring.begin(), area.ring.end());
    if (area.kind == AreaKind::kFields) area.ring = SmoothRing(area.ring);
    areas.push_back(std::move(area));
  }
  return areas;
}

std::vector<Quarter> ReadQuarters() {
  static constexpr std::pair<const char*, QuarterStyle> kStyles[] = {
      {"none", QuarterStyle::kNone},   {"dense", QuarterStyle::kDense},
      {"town", QuarterStyle::kTown},   {"planned", QuarterStyle::kPlanned},
      {"villa", QuarterStyle::kVilla}, {"rural", QuarterStyle::kRural},
  };
  std::vector<Quarter> quarters;
  for (const Row& row : ReadTable("quarters.tsv", kQuartersTsv, 4)) {
    quarters.push_back({row.fields[0], ParseWord(row, row.fields[1], kStyles),
                        ParseNumber(row, row.fields[2]), ParsePoints(row, row.fields[3], 3)});
  }
  return quarters;
}

}  // namespace citylayers::saigon
