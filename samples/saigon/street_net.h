// Streets as lines in the plane, and their conversion to a network. Internal to samples/saigon.
#ifndef CITYLAYERS_SAMPLES_SAIGON_STREET_NET_H_
#define CITYLAYERS_SAMPLES_SAIGON_STREET_NET_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "geo/roads/way.h"
#include "samples/saigon/plane.h"

namespace citylayers::saigon {

struct Street {
  std::int64_t id = 0;
  std::string name;
  geo::RoadClass road_class = geo::RoadClass::kLocal;
  geo::Oneway oneway = geo::Oneway::kNo;
  int lanes = 0;
  double max_speed_kmh = 0;
  bool bridge = false;
  bool tunnel = false;
  bool apart = false;  // an expressway on piers: connected to others only at its ends
  std::vector<Point> line;
  std::vector<int> junctions;  // a node number for each point of line; -1: only a bend

  bool MeetsAtEndsOnly() const { return bridge || tunnel || apart; }
};

/// Pieces of lines in square cells, for queries of nearby pieces. O(1) per piece stored.
class PieceIndex {
 public:
  struct Piece {
    int street = 0;
    int at = 0;  // from line[at] to line[at + 1]
    Point a, b;
  };
  explicit PieceIndex(double cell_m) : cell_m_(cell_m) {}
  void Add(int street, const std::vector<Point>& line);
  /// Calls visit(piece) for all pieces in cells that the box a-b, widened by reach_m, touches; a
  /// piece may be visited more than once.
  template <typename Visit>
  void VisitNear(Point a, Point b, double reach_m, Visit visit) const {
    for (int c = Cell(std::min(a.x, b.x) - reach_m); c <= Cell(std::max(a.x, b.x) + reach_m); ++c) {
      for (int r = Cell(std::min(a.y, b.y) - reach_m); r <= Cell(std::max(a.y, b.y) + reach_m);
           ++r) {
        const auto it = cells_.find(Key(c, r));
        if (it == cells_.end()) continue;
        for (const int i : it->second) visit(pieces_[static_cast<std::size_t>(i)]);
      }
    }
  }

 private:
  int Cell(double v) const { return static_cast<int>(std::floor(v / cell_m_)); }
  static std::int64_t Key(int c, int r) {
    return (static_cast<std::int64_t>(c) << 32) ^ static_cast<std::uint32_t>(r);
  }
  double cell_m_;
  std::vector<Piece> pieces_;
  std::unordered_map<std::int64_t, std::vector<int>> cells_;
};

/// Gives streets common nodes where they cross, and where an end of one is within touch_m of
/// another. Nodes nearer than merge_m to each other become one; existing nodes (junctions >= 0)
/// keep their position. Afterwards junctions[] is reassigned in every street, all ends are nodes,
/// and numbers are contiguous from 0. Returns the nodes' positions. Deterministic.
std::vector<Point> JoinStreets(std::vector<Street>& streets, double merge_m, double touch_m);

/// Number of streets' points that use each node (an end counts one, a point within a line two).
std::vector<int> NodeDegrees(const std::vector<Street>& streets, std::size_t nodes);

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_STREET_NET_H_
