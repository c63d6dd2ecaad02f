#include "services/traffic/cross_street.h"

#include <limits>
#include <optional>
#include <span>

namespace citylayers::traffic {
namespace {

constexpr int kJunctionsMax = 6;

}  // namespace

std::string_view CrossStreet(const storage::SegmentTable& roads, std::uint32_t segment, bool ahead,
                             std::string_view street) {
  for (int junction = 0; junction < kJunctionsMax; ++junction) {
    std::string_view best;
    int best_class = std::numeric_limits<int>::max();
    std::optional<std::uint32_t> onward;
    const auto consider = [&](std::uint32_t other) {
      const std::string_view name = roads.name(other);
      const int road_class = roads[other].road_class;
      const bool is_better = road_class < best_class || (road_class == best_class && name < best);
      if (!name.empty() && name != street && is_better) {
        best = name;
        best_class = road_class;
      }
    };
    // The roads that lead on from here, and those that join beside this one: all roads into each of
    // the onward roads.
    for (const std::uint32_t next :
         ahead ? roads.successors(segment) : roads.predecessors(segment)) {
      consider(next);
      if (roads.name(next) == street && next != roads[segment].twin) onward = next;
      for (const std::uint32_t beside : ahead ? roads.predecessors(next) : roads.successors(next)) {
        consider(beside);
      }
    }
    if (!best.empty()) return best;
    if (!onward.has_value()) return {};
    segment = *onward;
  }
  return {};
}

}  // namespace citylayers::traffic
