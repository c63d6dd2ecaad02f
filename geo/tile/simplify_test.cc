#include "geo/tile/simplify.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

double DistanceToLine(TilePoint p, const TileLine& line) {
  double best = INFINITY;
  for (std::size_t i = 1; i < line.size(); ++i) {
    const TilePoint a = line[i - 1], b = line[i];
    const double dx = b.x - a.x, dy = b.y - a.y, l2 = dx * dx + dy * dy;
    const double t = l2 == 0 ? 0 : std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / l2, 0.0, 1.0);
    best = std::min(best, std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy));
  }
  return best;
}

TEST(Simplify, PointsOnTheStraightGo) {
  EXPECT_THAT(Simplify(TileLine{{0, 0}, {1, 0.1}, {2, -0.1}, {3, 0}}),
              ElementsAre(TilePoint{0, 0}, TilePoint{3, 0}));
}

TEST(Simplify, ABendLargerThanTheToleranceStays) {
  EXPECT_THAT(Simplify(TileLine{{0, 0}, {5, 0.6}, {10, 0}}), SizeIs(3));
  EXPECT_THAT(Simplify(TileLine{{0, 0}, {5, 0.4}, {10, 0}}), SizeIs(2));
}

TEST(Simplify, AClosedLineKeepsItsShape) {
  EXPECT_THAT(Simplify(TileLine{{0, 0}, {10, 0}, {10, 10}, {0, 0}}), SizeIs(4));
}

TEST(Simplify, NoDroppedPointIsFartherThanTheTolerance) {
  std::mt19937 random(11);
  std::normal_distribution<double> step(0, 1);
  for (int round = 0; round < 20; ++round) {
    TileLine line = {{0, 0}};
    for (int i = 0; i < 300; ++i) {
      line.push_back(
          {line.back().x + 0.4 + step(random) * 0.3, line.back().y + step(random) * 0.3});
    }
    const TileLine simple = Simplify(line);
    EXPECT_LT(simple.size(), line.size());
    EXPECT_EQ(simple.front(), line.front());
    EXPECT_EQ(simple.back(), line.back());
    for (const TilePoint& p : line) {
      ASSERT_LE(DistanceToLine(p, simple), kMaxSimplifyTolerance + 1e-9);
    }
  }
}

TEST(Simplify, AMillionPointsOnALineNeedNoDeepStack) {
  TileLine line;
  for (int i = 0; i < 200000; ++i) line.push_back({i * 0.01, 0});
  EXPECT_THAT(Simplify(line), SizeIs(2));
}

TEST(SimplifyRing, ACircleLosesPointsButStaysARing) {
  TileLine circle;
  for (int i = 0; i < 360; ++i) {
    circle.push_back({100 * std::cos(i * M_PI / 180), 100 * std::sin(i * M_PI / 180)});
  }
  const TileLine simple = SimplifyRing(circle);
  EXPECT_LT(simple.size(), 60u);
  EXPECT_GT(simple.size(), 8u);
  EXPECT_NEAR(SignedArea(simple), SignedArea(circle), 0.02 * SignedArea(circle));
}

TEST(SimplifyRing, ARingThatNobodySeesVanishes) {
  EXPECT_THAT(SimplifyRing(TileLine{{0, 0}, {0.1, 0}, {0.1, 0.1}}), IsEmpty());
  EXPECT_THAT(SimplifyRing(TileLine{{0, 0}, {0, 0}, {0, 0}}), IsEmpty());
  EXPECT_THAT(SimplifyRing(TileLine{{0, 0}, {5, 0}}), IsEmpty());
}

}  // namespace
}  // namespace citylayers::geo
