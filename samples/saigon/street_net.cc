#include "samples/saigon/street_net.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace citylayers::saigon {
namespace {

// A place on a street that becomes a node: `at` is a position in points of the line (2.5 is the
// middle between the third and fourth).
struct Contact {
  int street = 0;
  double at = 0;
  Point p;
  bool fixed = false;
};

class UnionFind {
 public:
  explicit UnionFind(std::size_t n) : parent_(n) { std::iota(parent_.begin(), parent_.end(), 0); }
  int Find(int i) {
    while (parent_[static_cast<std::size_t>(i)] != i) {
      i = parent_[static_cast<std::size_t>(i)] =
          parent_[static_cast<std::size_t>(parent_[static_cast<std::size_t>(i)])];
    }
    return i;
  }
  // The lower number stays root, so that results do not depend on the order of joins.
  void Join(int a, int b) {
    a = Find(a);
    b = Find(b);
    parent_[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
  }

 private:
  std::vector<int> parent_;
};

class Joiner {
 public:
  Joiner(std::vector<Street>& streets, double merge_m, double touch_m)
      : streets_(streets), merge_m_(merge_m), touch_m_(touch_m), index_(120) {
    for (std::size_t s = 0; s < streets.size(); ++s) {
      index_.Add(static_cast<int>(s), streets[s].line);
    }
  }

  std::vector<Point> Run() {
    AddOwnNodes();
    for (std::size_t s = 0; s < streets_.size(); ++s) {
      AddCrossings(static_cast<int>(s));
      AddTouches(static_cast<int>(s));
    }
    return Rebuild(NumberClusters());
  }

 private:
  int Add(int street, double at, Point p, bool fixed) {
    contacts_.push_back({street, at, p, fixed});
    return static_cast<int>(contacts_.size()) - 1;
  }

  void AddOwnNodes() {
    std::unordered_map<int, int> first;
    for (std::size_t s = 0; s < streets_.size(); ++s) {
      const Street& street = streets_[s];
      for (std::size_t i = 0; i < street.line.size(); ++i) {
        const int node = street.junctions.empty() ? -1 : street.junctions[i];
        if (node < 0 && i != 0 && i + 1 != street.line.size()) continue;
        const int c = Add(static_cast<int>(s), static_cast<double>(i), street.line[i], node >= 0);
        if (node < 0) continue;
        const auto [it, inserted] = first.emplace(node, c);
        if (!inserted) joins_.emplace_back(it->second, c);
      }
    }
  }

  void AddCrossings(int s) {
    const Street& street = streets_[static_cast<std::size_t>(s)];
    if (street.MeetsAtEndsOnly()) return;
    for (std::size_t i = 0; i + 1 < street.line.size(); ++i) {
      const Point a = street.line[i], b = street.line[i + 1];
      std::vector<std::pair<int, int>> seen;
      index_.VisitNear(a, b, 0, [&](const PieceIndex::Piece& q) {
        if (q.street <= s) return;
        if (streets_[static_cast<std::size_t>(q.street)].MeetsAtEndsOnly()) return;
        double t = 0, u = 0;
        if (!Intersect(a, b, q.a, q.b, &t, &u)) return;
        if (std::find(seen.begin(), seen.end(), std::pair(q.street, q.at)) != seen.end()) return;
        seen.emplace_back(q.street, q.at);
        const Point p = Lerp(a, b, t);
        const int mine = Add(s, static_cast<double>(i) + t, p, false);
        joins_.emplace_back(mine, Add(q.street, q.at + u, p, false));
      });
    }
  }

  void AddTouches(int s) {
    const Street& street = streets_[static_cast<std::size_t>(s)];
    for (const std::size_t i : {std::size_t{0}, street.line.size() - 1}) {
      const Point p = street.line[i];
      index_.VisitNear(p, p, touch_m_, [&](const PieceIndex::Piece& q) {
        if (q.street == s || streets_[static_cast<std::size_t>(q.street)].MeetsAtEndsOnly()) return;
        const double u = NearestFraction(p, q.a, q.b);
        if (Distance(p, Lerp(q.a, q.b, u)) > touch_m_) return;
        const int mine = Add(s, static_cast<double>(i), p, false);
        joins_.emplace_back(mine, Add(q.street, q.at + u, p, false));
      });
    }
  }

  // Numbers the contacts, with one number for all contacts of a node; sets places_.
  std::vector<int> NumberClusters() {
    UnionFind sets(contacts_.size());
    for (const auto& [a, b] : joins_) sets.Join(a, b);
    std::unordered_map<std::int64_t, std::vector<int>> cells;
    const auto cell = [&](double v) { return static_cast<std::int64_t>(std::floor(v / merge_m_)); };
    for (std::size_t i = 0; i < contacts_.size(); ++i) {
      const Point p = contacts_[i].p;
      for (std::int64_t c = cell(p.x) - 1; c <= cell(p.x) + 1; ++c) {
        for (std::int64_t r = cell(p.y) - 1; r <= cell(p.y) + 1; ++r) {
          const auto it = cells.find(c * 4'000'037 + r);
          if (it == cells.end()) continue;
          for (const int j : it->second) {
            if (Distance(p, contacts_[static_cast<std::size_t>(j)].p) < merge_m_) {
              sets.Join(j, static_cast<int>(i));
            }
          }
        }
      }
      cells[cell(p.x) * 4'000'037 + cell(p.y)].push_back(static_cast<int>(i));
    }
    std::vector<int> number(contacts_.size(), -1);
    std::vector<int> counts;
    std::vector<bool> fixed;
    for (std::size_t i = 0; i < contacts_.size(); ++i) {
      const auto root = static_cast<std::size_t>(sets.Find(static_cast<int>(i)));
      if (number[root] < 0) {
        number[root] = static_cast<int>(places_.size());
        places_.push_back({0, 0});
        counts.push_back(0);
        fixed.push_back(false);
      }
      const auto n = static_cast<std::size_t>(number[i] = number[root]);
      if (fixed[n]) continue;
      if (contacts_[i].fixed) {
        fixed[n] = true;
        places_[n] = contacts_[i].p;
        counts[n] = 1;
        continue;
      }
      places_[n] = places_[n] + contacts_[i].p;
      ++counts[n];
    }
    for (std::size_t n = 0; n < places_.size(); ++n) places_[n] = places_[n] * (1.0 / counts[n]);
    return number;
  }

  std::vector<Point> Rebuild(const std::vector<int>& number) {
    struct Stop {
      double at;
      int node;
    };
    std::vector<std::vector<Stop>> stops(streets_.size());
    for (std::size_t i = 0; i < contacts_.size(); ++i) {
      stops[static_cast<std::size_t>(contacts_[i].street)].push_back({contacts_[i].at, number[i]});
    }
    for (std::size_t s = 0; s < streets_.size(); ++s) {
      Street& street = streets_[s];
      std::stable_sort(stops[s].begin(), stops[s].end(),
                       [](const Stop& a, const Stop& b) { return a.at < b.at; });
      std::vector<Point> line;
      std::vector<int> junctions;
      const auto append = [&](Point p, int node) {
        if (node >= 0 && !junctions.empty() && junctions.back() == node) return;
        line.push_back(p);
        junctions.push_back(node);
      };
      for (std::size_t k = 0; k < stops[s].size(); ++k) {
        const Point here = places_[static_cast<std::size_t>(stops[s][k].node)];
        append(here, stops[s][k].node);
        if (k + 1 == stops[s].size()) break;
        const Point next = places_[static_cast<std::size_t>(stops[s][k + 1].node)];
        const auto from = static_cast<std::size_t>(std::floor(stops[s][k].at)) + 1;
        for (std::size_t i = from; static_cast<double>(i) < stops[s][k + 1].at; ++i) {
          const Point bend = street.line[i];
          // A bend within a merged node would make a hook.
          if (Distance(bend, here) < 0.7 * merge_m_ || Distance(bend, next) < 0.7 * merge_m_) {
            continue;
          }
          append(bend, -1);
        }
      }
      street.line = std::move(line);
      street.junctions = std::move(junctions);
    }
    std::erase_if(streets_, [](const Street& street) { return street.line.size() < 2; });
    return places_;
  }

  std::vector<Street>& streets_;
  const double merge_m_;
  const double touch_m_;
  PieceIndex index_;
  std::vector<Contact> contacts_;
  std::vector<std::pair<int, int>> joins_;
  std::vector<Point> places_;
};

}  // namespace

void PieceIndex::Add(int street, const std::vector<Point>& line) {
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const Point a = line[i], b = line[i + 1];
    const int index = static_cast<int>(pieces_.size());
    pieces_.push_back({street, static_cast<int>(i), a, b});
    for (int c = Cell(std::min(a.x, b.x)); c <= Cell(std::max(a.x, b.x)); ++c) {
      for (int r = Cell(std::min(a.y, b.y)); r <= Cell(std::max(a.y, b.y)); ++r) {
        cells_[Key(c, r)].push_back(index);
      }
    }
  }
}

std::vector<Point> JoinStreets(std::vector<Street>& streets, double merge_m, double touch_m) {
  return Joiner(streets, merge_m, touch_m).Run();
}

std::vector<int> NodeDegrees(const std::vector<Street>& streets, std::size_t nodes) {
  std::vector<int> degrees(nodes, 0);
  for (const Street& street : streets) {
    for (std::size_t i = 0; i < street.junctions.size(); ++i) {
      if (street.junctions[i] < 0) continue;
      const bool end = i == 0 || i + 1 == street.junctions.size();
      degrees[static_cast<std::size_t>(street.junctions[i])] += end ? 1 : 2;
    }
  }
  return degrees;
}

}  // namespace citylayers::saigon
