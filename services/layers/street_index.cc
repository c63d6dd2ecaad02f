#include "services/layers/street_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/lon_lat.h"
#include "base/strings.h"

namespace citylayers::layers {
namespace {

class Groups {
 public:
  explicit Groups(std::uint32_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), 0U);
  }
  std::uint32_t Find(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  // The lower number is kept, so that streets are numbered in the order of the table.
  void Join(std::uint32_t a, std::uint32_t b) {
    a = Find(a);
    b = Find(b);
    if (a != b) parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

/// One end of a named segment in a grid of cells of kGapM.
struct End {
  std::uint32_t name = 0;
  std::int32_t x = 0, y = 0;
  std::uint32_t segment = 0;
  LonLat place;
  auto Cell() const { return std::tuple(name, x, y); }
};

std::vector<End> EndsOf(const storage::SegmentTable& roads) {
  constexpr double kMetresPerDegree = 111'320;
  std::vector<End> ends;
  for (std::uint32_t i = 0; i < roads.size(); ++i) {
    if (roads[i].name == 0) continue;
    for (const storage::PackedPoint& point : {roads.points(i).front(), roads.points(i).back()}) {
      const LonLat place = point.ToLonLat();
      // A column is as wide as a row is high at this latitude, rounded to whole degrees so that
      // neighbouring rows share their columns; adjacent ends on both sides of such a line are
      // joined by the other ends of their streets.
      const double narrow =
          std::max(0.01, std::cos(std::round(place.lat_deg) * std::numbers::pi / 180));
      ends.push_back({.name = roads[i].name,
                      .x = static_cast<std::int32_t>(std::floor(
                          place.lon_deg * narrow * kMetresPerDegree / StreetIndex::kGapM)),
                      .y = static_cast<std::int32_t>(
                          std::floor(place.lat_deg * kMetresPerDegree / StreetIndex::kGapM)),
                      .segment = i,
                      .place = place});
    }
  }
  std::sort(ends.begin(), ends.end(), [](const End& a, const End& b) {
    return std::tuple(a.Cell(), a.segment) < std::tuple(b.Cell(), b.segment);
  });
  return ends;
}

void JoinNearEnds(const std::vector<End>& ends, Groups* groups) {
  const auto cell_of = [&ends](std::uint32_t name, std::int32_t x, std::int32_t y) {
    return std::equal_range(ends.begin(), ends.end(), End{.name = name, .x = x, .y = y},
                            [](const End& a, const End& b) { return a.Cell() < b.Cell(); });
  };
  for (const End& end : ends) {
    // The preceding cells join their own ends with this cell.
    for (const auto& [dx, dy] :
         {std::pair(0, 0), std::pair(1, -1), std::pair(1, 0), std::pair(1, 1), std::pair(0, 1)}) {
      const auto [begin, last] = cell_of(end.name, end.x + dx, end.y + dy);
      for (auto other = begin; other != last; ++other) {
        if (groups->Find(other->segment) == groups->Find(end.segment)) continue;
        if (DistanceM(end.place, other->place) > StreetIndex::kGapM) continue;
        groups->Join(other->segment, end.segment);
      }
    }
  }
}

}  // namespace

StreetIndex::StreetIndex(const storage::SegmentTable& roads)
    : street_(roads.size(), kNoStreet), ids_(1), names_(1) {
  Groups groups(roads.size());
  JoinNearEnds(EndsOf(roads), &groups);
  std::vector<std::uint64_t> least_id(1);
  std::vector<std::uint32_t> streets_of_name(roads.name_count());
  for (std::uint32_t i = 0; i < roads.size(); ++i) {
    if (roads[i].name == 0) continue;
    const std::uint32_t first = groups.Find(i);
    if (first == i) {
      street_[i] = static_cast<std::uint32_t>(names_.size());
      names_.push_back(roads.name(i));
      least_id.push_back(std::numeric_limits<std::uint64_t>::max());
      ++streets_of_name[roads[i].name];
    }
    street_[i] = street_[first];
    least_id[street_[i]] = std::min(least_id[street_[i]], roads[i].stable_id);
  }
  ids_.resize(names_.size());
  for (std::uint32_t i = 0; i < roads.size(); ++i) {
    const std::uint32_t street = street_[i];
    if (street == kNoStreet || !ids_[street].empty()) continue;
    ids_[street] = streets_of_name[roads[i].name] == 1
                       ? std::string(names_[street])
                       : StrCat(names_[street], "~", least_id[street]);
  }
}

}  // namespace citylayers::layers
