#include "geo/tile/clip.h"

#include <cmath>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr TileBox kBox{0, 0, 10, 10};

TEST(ClipLine, ALineInsideIsKeptToTheBit) {
  const TileLine line = {{1, 1}, {2.5, 3.25}, {9, 9}};
  EXPECT_THAT(ClipLine(line, kBox), ElementsAre(line));
}

TEST(ClipLine, ALineThroughTheBoxIsCutAtBothEdges) {
  EXPECT_THAT(ClipLine(TileLine{{-5, 5}, {15, 5}}, kBox), ElementsAre(TileLine{{0, 5}, {10, 5}}));
  EXPECT_THAT(ClipLine(TileLine{{5, 15}, {5, -5}}, kBox), ElementsAre(TileLine{{5, 10}, {5, 0}}));
}

TEST(ClipLine, ALineThatComesBackIsSeveralParts) {
  //   in, out over the top, in again
  const TileLine line = {{2, 5}, {2, -5}, {8, -5}, {8, 5}};
  EXPECT_THAT(ClipLine(line, kBox),
              ElementsAre(TileLine{{2, 5}, {2, 0}}, TileLine{{8, 0}, {8, 5}}));
}

TEST(ClipLine, WhatStaysOutsideOrOnlyTouchesIsGone) {
  EXPECT_THAT(ClipLine(TileLine{{-5, 0}, {-5, 10}}, kBox), IsEmpty());
  EXPECT_THAT(ClipLine(TileLine{{-5, 5}, {5, -5}}, kBox), IsEmpty()) << "touches a corner";
  EXPECT_THAT(ClipLine(TileLine{{1, 1}}, kBox), IsEmpty());
  EXPECT_THAT(ClipLine(TileLine{}, kBox), IsEmpty());
}

TEST(ClipLine, RunningAlongTheEdgeCountsAsInside) {
  EXPECT_THAT(ClipLine(TileLine{{-5, 0}, {15, 0}}, kBox), ElementsAre(TileLine{{0, 0}, {10, 0}}));
}

double Length(const TileLine& line) {
  double sum = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    sum += std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
  }
  return sum;
}

// The reference model steps along the line and measures the length inside.
TEST(ClipLine, KeepsTheLengthThatASlowWalkFindsInside) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> coordinate(-10, 20);
  for (int round = 0; round < 50; ++round) {
    TileLine line;
    for (int i = 0; i < 6; ++i) line.push_back({coordinate(random), coordinate(random)});
    double walked = 0;
    constexpr int kSteps = 20000;
    for (std::size_t i = 1; i < line.size(); ++i) {
      const TilePoint a = line[i - 1], b = line[i];
      for (int s = 0; s < kSteps; ++s) {
        const double t = (s + 0.5) / kSteps;
        if (kBox.Contains({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)})) {
          walked += Length({a, b}) / kSteps;
        }
      }
    }
    double kept = 0;
    for (const TileLine& part : ClipLine(line, kBox)) {
      kept += Length(part);
      for (const TilePoint& p : part) ASSERT_TRUE(kBox.Contains(p));
    }
    ASSERT_NEAR(kept, walked, 0.02);
  }
}

}  // namespace
}  // namespace citylayers::geo
