#include "samples/saigon/plane.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace citylayers::saigon {
namespace {

TEST(Plane, IsRightToATenthOfAPercentAcrossTheCity) {
  const LonLat places[] = {{106.60, 10.62}, {106.83, 10.88}, {106.60, 10.88}, {106.70, 10.76}};
  for (const LonLat a : places) {
    for (const LonLat b : places) {
      // DistanceM is spherical and has an error of up to 0.5 %.
      EXPECT_NEAR(Distance(ToPlane(a), ToPlane(b)), DistanceM(a, b), 0.007 * DistanceM(a, b));
    }
    EXPECT_NEAR(ToLonLat(ToPlane(a)).lon_deg, a.lon_deg, 1e-7);
    EXPECT_NEAR(ToLonLat(ToPlane(a)).lat_deg, a.lat_deg, 1e-7);
  }
}

TEST(Plane, IntersectFindsCrossingsOnly) {
  double t = 0, u = 0;
  ASSERT_TRUE(Intersect({0, 0}, {10, 0}, {4, -2}, {4, 6}, &t, &u));
  EXPECT_DOUBLE_EQ(t, 0.4);
  EXPECT_DOUBLE_EQ(u, 0.25);
  EXPECT_FALSE(Intersect({0, 0}, {10, 0}, {4, 1}, {4, 6}, &t, &u)) << "too short to reach";
  EXPECT_FALSE(Intersect({0, 0}, {10, 0}, {0, 1}, {10, 1}, &t, &u)) << "parallel";
}

TEST(Plane, SmoothPassesThroughItsPointsWithoutOvershoot) {
  const std::vector<Point> corner = {{0, 0}, {100, 0}, {110, 0}, {110, 300}};
  const std::vector<Point> curve = Smooth(corner, 10);
  for (const Point p : corner) {
    EXPECT_NE(std::find(curve.begin(), curve.end(), p), curve.end()) << p.x << " " << p.y;
  }
  for (const Point p : curve) EXPECT_LT(PolylineDistance(p, corner), 20);
}

TEST(Plane, SimplifyStaysWithinItsTolerance) {
  Random random(9);
  std::vector<Point> line;
  for (int i = 0; i < 300; ++i) line.push_back({i * 5.0, random.Uniform(-6, 6)});
  const std::vector<Point> light = Simplify(line, 4);
  EXPECT_LT(light.size(), line.size());
  for (const Point p : line) EXPECT_LE(PolylineDistance(p, light), 4 + 1e-9);
}

TEST(Plane, NoiseIsSmoothBoundedAndSeeded) {
  double low = 1, high = -1;
  for (int i = 0; i < 4'000; ++i) {
    const Point p = {i * 3.7, i * -1.9};
    const double here = Noise(7, p, 100);
    low = std::min(low, here);
    high = std::max(high, here);
    EXPECT_LT(std::abs(Noise(7, p + Point{0.5, 0}, 100) - here), 0.05);
  }
  EXPECT_GE(low, -1);
  EXPECT_LE(high, 1);
  EXPECT_LT(low, -0.6);
  EXPECT_GT(high, 0.6);
  EXPECT_NE(Noise(7, {33, 44}, 100), Noise(8, {33, 44}, 100));
}

}  // namespace
}  // namespace citylayers::saigon
