#include "samples/saigon/plane.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace citylayers::saigon {

double NearestFraction(Point p, Point a, Point b) {
  const Point d = b - a;
  const double squared = Dot(d, d);
  return squared <= 0 ? 0.0 : std::clamp(Dot(p - a, d) / squared, 0.0, 1.0);
}

double SegmentDistance(Point p, Point a, Point b) {
  return Distance(p, Lerp(a, b, NearestFraction(p, a, b)));
}

bool Intersect(Point a, Point b, Point c, Point d, double* t, double* u) {
  const Point r = b - a;
  const Point s = d - c;
  const double denominator = Cross(r, s);
  if (std::abs(denominator) < 1e-9) return false;
  *t = Cross(c - a, s) / denominator;
  *u = Cross(c - a, r) / denominator;
  return *t >= 0 && *t <= 1 && *u >= 0 && *u <= 1;
}

double PolylineLength(const std::vector<Point>& line) {
  double sum = 0;
  for (std::size_t i = 1; i < line.size(); ++i) sum += Distance(line[i - 1], line[i]);
  return sum;
}

double PolylineDistance(Point p, const std::vector<Point>& line) {
  double best = SegmentDistance(p, line[0], line[1]);
  for (std::size_t i = 2; i < line.size(); ++i) {
    best = std::min(best, SegmentDistance(p, line[i - 1], line[i]));
  }
  return best;
}

std::vector<Point> Smooth(const std::vector<Point>& line, double step_m) {
  if (line.size() < 3) return Densify(line, step_m);
  std::vector<Point> padded;
  padded.push_back(line[0] * 2 - line[1]);
  padded.insert(padded.end(), line.begin(), line.end());
  padded.push_back(line[line.size() - 1] * 2 - line[line.size() - 2]);
  std::vector<Point> out = {line[0]};
  for (std::size_t i = 1; i + 2 < padded.size(); ++i) {
    const Point p0 = padded[i - 1], p1 = padded[i], p2 = padded[i + 1], p3 = padded[i + 2];
    // Knots by the square root of the chord, with which the curve neither loops nor overshoots.
    const double t1 = std::sqrt(std::max(1.0, Distance(p0, p1)));
    const double t2 = t1 + std::sqrt(std::max(1.0, Distance(p1, p2)));
    const double t3 = t2 + std::sqrt(std::max(1.0, Distance(p2, p3)));
    const int steps = std::max(1, static_cast<int>(std::ceil(Distance(p1, p2) / step_m)));
    for (int k = 1; k <= steps; ++k) {
      const double t = t1 + (t2 - t1) * k / steps;
      const Point a1 = p0 * ((t1 - t) / t1) + p1 * (t / t1);
      const Point a2 = p1 * ((t2 - t) / (t2 - t1)) + p2 * ((t - t1) / (t2 - t1));
      const Point a3 = p2 * ((t3 - t) / (t3 - t2)) + p3 * ((t - t2) / (t3 - t2));
      const Point b1 = a1 * ((t2 - t) / t2) + a2 * (t / t2);
      const Point b2 = a2 * ((t3 - t) / (t3 - t1)) + a3 * ((t - t1) / (t3 - t1));
      out.push_back(k == steps ? p2 : b1 * ((t2 - t) / (t2 - t1)) + b2 * ((t - t1) / (t2 - t1)));
    }
  }
  return out;
}

std::vector<Point> Densify(const std::vector<Point>& line, double step_m) {
  std::vector<Point> out = {line[0]};
  for (std::size_t i = 1; i < line.size(); ++i) {
    const int steps =
        std::max(1, static_cast<int>(std::ceil(Distance(line[i - 1], line[i]) / step_m)));
    for (int k = 1; k < steps; ++k)
      out.push_back(Lerp(line[i - 1], line[i], static_cast<double>(k) / steps));
    out.push_back(line[i]);
  }
  return out;
}

std::vector<Point> Simplify(const std::vector<Point>& line, double tolerance_m) {
  if (line.size() < 3) return line;
  std::vector<bool> keep(line.size(), false);
  keep.front() = keep.back() = true;
  std::vector<std::pair<std::size_t, std::size_t>> open = {{0, line.size() - 1}};
  while (!open.empty()) {
    const auto [from, to] = open.back();
    open.pop_back();
    double worst = tolerance_m;
    std::size_t at = 0;
    for (std::size_t i = from + 1; i < to; ++i) {
      const double d = SegmentDistance(line[i], line[from], line[to]);
      if (d > worst) {
        worst = d;
        at = i;
      }
    }
    if (at == 0) continue;
    keep[at] = true;
    open.emplace_back(from, at);
    open.emplace_back(at, to);
  }
  std::vector<Point> out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (keep[i]) out.push_back(line[i]);
  }
  return out;
}

bool InRing(Point p, const std::vector<Point>& ring) {
  bool inside = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const Point a = ring[i], b = ring[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x)
      inside = !inside;
  }
  return inside;
}

double HashUnit(std::uint64_t seed, std::int64_t a, std::int64_t b) {
  Random first(seed ^ (static_cast<std::uint64_t>(a) * 0xD6E8FEB86659FD93u));
  Random second(first.Next() ^ (static_cast<std::uint64_t>(b) * 0xA0761D6478BD642Fu));
  return second.Uniform();
}

double Noise(std::uint64_t seed, Point p, double scale_m) {
  const double fx = p.x / scale_m, fy = p.y / scale_m;
  const auto ix = static_cast<std::int64_t>(std::floor(fx));
  const auto iy = static_cast<std::int64_t>(std::floor(fy));
  const auto ease = [](double t) { return t * t * (3 - 2 * t); };
  const double u = ease(fx - static_cast<double>(ix)), v = ease(fy - static_cast<double>(iy));
  const double south = std::lerp(HashUnit(seed, ix, iy), HashUnit(seed, ix + 1, iy), u);
  const double north = std::lerp(HashUnit(seed, ix, iy + 1), HashUnit(seed, ix + 1, iy + 1), u);
  return 2 * std::lerp(south, north, v) - 1;
}

}  // namespace citylayers::saigon
