#include "samples/saigon/outline.h"

#include <cstdint>
#include <limits>
#include <unordered_map>

namespace citylayers::saigon {
namespace {

// Crossing points are on edges of cells. An edge is identified by its lower left corner and its
// direction, east (0) or north (1).
std::int64_t EdgeId(int column, int row, int north) {
  return ((static_cast<std::int64_t>(row) << 31) | static_cast<std::int64_t>(column)) * 2 + north;
}

struct Link {
  std::int64_t from = 0, to = 0;
};

Point PointOnEdge(const OutlineField& f, std::int64_t edge) {
  const int north = static_cast<int>(edge & 1);
  const int column = static_cast<int>((edge >> 1) & 0x7FFFFFFF);
  const int row = static_cast<int>(edge >> 32);
  const double a = f.at(column, row);
  const double b = north ? f.at(column, row + 1) : f.at(column + 1, row);
  // Never exactly in a corner, because two rings through one corner would touch.
  const double t = std::clamp(a / (a - b), 0.02, 0.98);
  return f.CornerAt(column, row) + (north ? Point{0, t * f.cell_m} : Point{t * f.cell_m, 0});
}

// Adds the pieces of outline in one cell, with the negative side on the left. Corners 0..3 and
// edges 0..3 are counter-clockwise from the south-west corner and the south edge.
void AddCell(const OutlineField& f, int c, int r, std::unordered_map<std::int64_t, Link>* links) {
  const double v[4] = {f.at(c, r), f.at(c + 1, r), f.at(c + 1, r + 1), f.at(c, r + 1)};
  const std::int64_t edges[4] = {EdgeId(c, r, 0), EdgeId(c + 1, r, 1), EdgeId(c, r + 1, 0),
                                 EdgeId(c, r, 1)};
  bool in[4];
  for (int i = 0; i < 4; ++i) in[i] = v[i] < 0;
  // Counter-clockwise around the cell, the outline leaves the inside at an edge i where inside
  // changes to outside, and returns at the edge where outside changes to inside.
  for (int i = 0; i < 4; ++i) {
    if (!(in[i] && !in[(i + 1) % 4])) continue;
    // Inside -> outside on edge i. The line that bounds this inside run enters the cell here when
    // its inside is to the left: it ends at the nearest outside -> inside edge backwards, or, in a
    // saddle with a wet middle, at the next one forwards.
    const bool saddle = in[i] && in[(i + 2) % 4] && !in[(i + 1) % 4] && !in[(i + 3) % 4];
    const bool wet_middle = v[0] + v[1] + v[2] + v[3] < 0;
    int to = -1;
    if (saddle && wet_middle) {
      to = (i + 1) % 4;
    } else {
      for (int k = 1; k < 4; ++k) {
        const int j = (i + 4 - k) % 4;
        if (!in[j] && in[(j + 1) % 4]) {
          to = j;
          break;
        }
      }
    }
    (*links)[edges[i]] = {edges[i], edges[to]};
  }
}

double SignedArea(const std::vector<Point>& ring) {
  double sum = 0;
  for (std::size_t i = 1; i < ring.size(); ++i) sum += Cross(ring[i - 1], ring[i]);
  return sum / 2;
}

std::vector<Point> SimplifyRing(const std::vector<Point>& ring, double tolerance_m) {
  // Split at the two points farthest apart, so that both halves keep their ends.
  std::size_t far = 0;
  double best = -1;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const double d = Distance(ring[0], ring[i]);
    if (d > best) {
      best = d;
      far = i;
    }
  }
  const auto middle = ring.begin() + static_cast<std::ptrdiff_t>(far);
  std::vector<Point> out = Simplify({ring.begin(), middle + 1}, tolerance_m);
  const std::vector<Point> back = Simplify({middle, ring.end()}, tolerance_m);
  out.insert(out.end(), back.begin() + 1, back.end());
  return out;
}

}  // namespace

OutlineField MakeField(const std::vector<Point>& line, double margin_m, double cell_m) {
  Point low = line[0], high = line[0];
  for (const Point p : line) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  OutlineField f;
  f.cell_m = cell_m;
  f.origin = low - Point{margin_m, margin_m};
  f.columns = static_cast<int>(std::ceil((high.x - low.x + 2 * margin_m) / cell_m)) + 2;
  f.rows = static_cast<int>(std::ceil((high.y - low.y + 2 * margin_m) / cell_m)) + 2;
  f.values.assign(static_cast<std::size_t>(f.columns) * static_cast<std::size_t>(f.rows),
                  static_cast<float>(margin_m));
  return f;
}

std::vector<std::vector<Point>> Outline(const OutlineField& field, double tolerance_m) {
  std::unordered_map<std::int64_t, Link> links;
  std::vector<std::int64_t> order;  // the order of the map would differ between libraries
  for (int r = 0; r + 1 < field.rows; ++r) {
    for (int c = 0; c + 1 < field.columns; ++c) {
      const int wet = (field.at(c, r) < 0) + (field.at(c + 1, r) < 0) + (field.at(c, r + 1) < 0) +
                      (field.at(c + 1, r + 1) < 0);
      if (wet == 0 || wet == 4) continue;
      AddCell(field, c, r, &links);
      for (const std::int64_t e :
           {EdgeId(c, r, 0), EdgeId(c + 1, r, 1), EdgeId(c, r + 1, 0), EdgeId(c, r, 1)}) {
        if (links.contains(e)) order.push_back(e);
      }
    }
  }
  std::vector<std::vector<Point>> rings;
  for (const std::int64_t start : order) {
    auto it = links.find(start);
    std::vector<Point> ring;
    while (it != links.end()) {
      const Link link = it->second;
      links.erase(it);
      ring.push_back(PointOnEdge(field, link.from));
      it = links.find(link.to);
    }
    if (ring.size() < 4) continue;
    ring.push_back(ring.front());
    std::vector<Point> light = SimplifyRing(ring, tolerance_m);
    if (light.size() < 5 || !IsSimpleRing(light)) light = std::move(ring);
    rings.push_back(std::move(light));
  }
  std::stable_sort(rings.begin(), rings.end(), [](const auto& a, const auto& b) {
    return std::abs(SignedArea(a)) > std::abs(SignedArea(b));
  });
  return rings;
}

bool IsSimpleRing(const std::vector<Point>& ring) {
  const std::size_t edges = ring.size() - 1;
  double longest = 1;
  for (std::size_t i = 0; i < edges; ++i) {
    longest = std::max(longest, Distance(ring[i], ring[i + 1]));
  }
  const auto cell = [&](double v) { return static_cast<std::int64_t>(std::floor(v / longest)); };
  std::unordered_map<std::int64_t, std::vector<std::size_t>> cells;
  for (std::size_t i = 0; i < edges; ++i) {
    const Point a = ring[i], b = ring[i + 1];
    for (std::int64_t x = cell(std::min(a.x, b.x)); x <= cell(std::max(a.x, b.x)); ++x) {
      for (std::int64_t y = cell(std::min(a.y, b.y)); y <= cell(std::max(a.y, b.y)); ++y) {
        std::vector<std::size_t>& here = cells[x * 4'000'037 + y];
        for (const std::size_t j : here) {
          const bool neighbours = j + 1 == i || (j == 0 && i + 1 == edges);
          double t = 0, u = 0;
          if (!neighbours && Intersect(a, b, ring[j], ring[j + 1], &t, &u)) return false;
        }
        here.push_back(i);
      }
    }
  }
  return true;
}

}  // namespace citylayers::saigon
