#include "samples/saigon/roads.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "samples/saigon/local_streets.h"
#include "samples/saigon/main_streets.h"
#include "samples/saigon/street_net.h"
#include "samples/saigon/waterways.h"

namespace citylayers::saigon {
namespace {

constexpr double kMergeM = 10;  // local junctions nearer than this are one
constexpr double kReachM = 34;  // a local street's end this near to another street is joined to it

// Extends loose ends straight to the street ahead, so that most streets end at another one; ends
// farther away stay dead ends.
void ReachAhead(std::vector<Street>& streets, const BankDistance& banks) {
  PieceIndex index(120);
  for (std::size_t s = 0; s < streets.size(); ++s) {
    if (!streets[s].MeetsAtEndsOnly()) index.Add(static_cast<int>(s), streets[s].line);
  }
  for (std::size_t s = 0; s < streets.size(); ++s) {
    Street& street = streets[s];
    if (street.id < kFirstLocalId) continue;
    for (int side = 0; side < 2; ++side) {
      std::reverse(street.line.begin(), street.line.end());
      const Point end = street.line.back();
      const Point before = street.line[street.line.size() - 2];
      const double length = std::max(1.0, Distance(before, end));
      const Point ahead = end + (end - before) * (kReachM / length);
      double first = 2;
      index.VisitNear(end, ahead, 0, [&](const PieceIndex::Piece& q) {
        double t = 0, u = 0;
        if (q.street == static_cast<int>(s)) return;
        if (Intersect(end, ahead, q.a, q.b, &t, &u)) first = std::min(first, t);
      });
      if (first > 1 || first <= 0) continue;
      const Point target = Lerp(end, ahead, first);
      if (banks.At(Lerp(end, target, 0.5)) > 0) street.line.push_back(target);
    }
    street.junctions.assign(street.line.size(), -1);
  }
}

// Removes local streets that are not connected to the main network.
void DropIslands(std::vector<Street>& streets, std::size_t nodes) {
  std::vector<int> parent(nodes);
  std::iota(parent.begin(), parent.end(), 0);
  const auto find = [&](int i) {
    while (parent[static_cast<std::size_t>(i)] != i) {
      const auto above = static_cast<std::size_t>(parent[static_cast<std::size_t>(i)]);
      i = parent[static_cast<std::size_t>(i)] = parent[above];
    }
    return i;
  };
  for (const Street& street : streets) {
    for (const int node : street.junctions) {
      if (node < 0) continue;
      const int a = find(street.junctions.front()), b = find(node);
      parent[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
    }
  }
  std::vector<int> sizes(nodes, 0);
  for (std::size_t n = 0; n < nodes; ++n)
    ++sizes[static_cast<std::size_t>(find(static_cast<int>(n)))];
  const int largest =
      static_cast<int>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
  std::erase_if(streets, [&](const Street& street) {
    return street.id >= kFirstLocalId && find(street.junctions.front()) != largest;
  });
}

geo::Way ToWay(const Street& street, std::int64_t* next_bend, std::int64_t first_bend) {
  geo::Way way;
  way.id = street.id;
  way.name = street.name;
  way.road_class = street.road_class;
  way.oneway = street.oneway;
  way.lanes = street.lanes;
  way.max_speed_kmh = street.max_speed_kmh;
  way.bridge = street.bridge || street.apart;
  way.tunnel = street.tunnel;
  for (std::size_t i = 0; i < street.line.size(); ++i) {
    const int node = street.junctions[i];
    way.nodes.push_back(node >= 0 ? 1 + node : first_bend + (*next_bend)++);
    way.points.push_back(ToLonLat(street.line[i]));
  }
  return way;
}

}  // namespace

std::vector<geo::Way> Roads(std::uint64_t seed) {
  const BankDistance banks(ReadWaterways());
  std::vector<Street> streets = MainStreets(banks);
  const std::vector<Street> local = LocalStreets(streets, banks, seed);
  streets.insert(streets.end(), local.begin(), local.end());
  ReachAhead(streets, banks);
  const std::size_t nodes = JoinStreets(streets, kMergeM, 1.0).size();
  DropIslands(streets, nodes);
  std::vector<geo::Way> ways;
  std::int64_t bends = 0;
  for (const Street& street : streets) {
    ways.push_back(ToWay(street, &bends, 1 + static_cast<std::int64_t>(nodes)));
  }
  return ways;
}

}  // namespace citylayers::saigon
