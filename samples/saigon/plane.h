// Plane geometry in metres around the city, and the seeded random numbers of its generators.
// Internal to samples/saigon.
//
// The plane is a local equirectangular projection: over the 30 km of the city the error of its
// scale is less than 0.1 %, far below the accuracy of the data, and it needs no projection library.
#ifndef CITYLAYERS_SAMPLES_SAIGON_PLANE_H_
#define CITYLAYERS_SAMPLES_SAIGON_PLANE_H_

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/lon_lat.h"

namespace citylayers::saigon {

/// Metres east and north of 106.70 E, 10.76 N.
struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
  friend Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
  friend Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
  friend Point operator*(Point a, double k) { return {a.x * k, a.y * k}; }
};

inline constexpr double kOriginLonDeg = 106.70;
inline constexpr double kOriginLatDeg = 10.76;
inline constexpr double kMetresPerDegreeLon = 109'372.0;  // WGS 84 at 10.76 N
inline constexpr double kMetresPerDegreeLat = 110'613.0;

inline Point ToPlane(LonLat p) {
  return {(p.lon_deg - kOriginLonDeg) * kMetresPerDegreeLon,
          (p.lat_deg - kOriginLatDeg) * kMetresPerDegreeLat};
}
/// Rounded to 1e-7 degrees (1 cm), the precision of OpenStreetMap.
inline LonLat ToLonLat(Point p) {
  return {std::round((kOriginLonDeg + p.x / kMetresPerDegreeLon) * 1e7) / 1e7,
          std::round((kOriginLatDeg + p.y / kMetresPerDegreeLat) * 1e7) / 1e7};
}

inline double Dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
inline double Cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }
// Not std::hypot, which checks for overflow (impossible with these values) at ten times the cost.
inline double Length(Point a) { return std::sqrt(a.x * a.x + a.y * a.y); }
inline double Distance(Point a, Point b) { return Length(a - b); }
inline Point Lerp(Point a, Point b, double t) { return a + (b - a) * t; }

/// The point on segment a-b nearest to p, as the fraction 0..1 from a.
double NearestFraction(Point p, Point a, Point b);
double SegmentDistance(Point p, Point a, Point b);
/// True when a-b and c-d cross or touch; sets *t and *u to the fractions along each. False for
/// parallel segments.
bool Intersect(Point a, Point b, Point c, Point d, double* t, double* u);

double PolylineLength(const std::vector<Point>& line);
/// Distance from p to the nearest point of the line. REQUIRES: line.size() >= 2.
double PolylineDistance(Point p, const std::vector<Point>& line);
/// A smooth curve (centripetal Catmull-Rom) through all points, one point about every step_m.
std::vector<Point> Smooth(const std::vector<Point>& line, double step_m);
/// Adds points so that consecutive ones are at most step_m apart; keeps the given ones.
std::vector<Point> Densify(const std::vector<Point>& line, double step_m);
/// Drops points within tolerance_m of the simplified line (Douglas-Peucker).
std::vector<Point> Simplify(const std::vector<Point>& line, double tolerance_m);
/// Even-odd rule; `ring` may be open or closed.
bool InRing(Point p, const std::vector<Point>& ring);

/// SplitMix64: the same numbers on every machine, which <random>'s distributions do not guarantee.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }

 private:
  std::uint64_t state_;
};

/// A hash of up to three integers as a number in [0, 1).
double HashUnit(std::uint64_t seed, std::int64_t a, std::int64_t b = 0);
/// Smooth noise in [-1, 1] with features of about scale_m.
double Noise(std::uint64_t seed, Point p, double scale_m);

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_PLANE_H_
