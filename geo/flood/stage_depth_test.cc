#include "geo/flood/stage_depth.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(DepthOfCell, WetIsStrict) {
  EXPECT_EQ(DepthOfCellM(1.0f, 1.5f, 1.5f), 0.0f);
  EXPECT_FLOAT_EQ(DepthOfCellM(1.0f, 1.5f, 1.6f), 0.6f);
  EXPECT_EQ(DepthOfCellM(1.0f, kInfinity, 9.0f), 0.0f);
}

TEST(DepthOfCell, UnknownGroundIsDry) {
  EXPECT_EQ(DepthOfCellM(NAN, -kInfinity, 2.0f), 0.0f);
  EXPECT_EQ(DepthOfCellM(1.0f, 0.5f, NAN), 0.0f);
}

Grid<float> Row(std::vector<float> values) {
  Grid<float> grid(static_cast<int>(values.size()), 1);
  grid.cells() = std::move(values);
  return grid;
}

TEST(DepthAtStage, IsStageMinusGroundWhereConnected) {
  const Grid<float> ground = Row({-1, 0.5f, 1.0f, 0.2f, NAN});
  const Grid<float> level = Row({-1, 0.5f, 1.0f, 1.0f, kInfinity});
  Grid<float> depth;
  DepthAtStage(ground, level, 1.0f, &depth);
  EXPECT_THAT(depth.cells(), ElementsAre(2, 0.5f, 0, 0, 0)) << "the pond waits behind its sill";
  DepthAtStage(ground, level, 1.25f, &depth);
  EXPECT_THAT(depth.cells(), ElementsAre(2.25f, 0.75f, 0.25f, FloatEq(1.05f), 0));
}

TEST(RoundToCentimetres, StepsAreMetExactly) {
  Grid<float> depth = Row({0, 0.004F, 0.0951F, 0.2049F, 0.2999F, 0.506F, 3.0F});
  RoundToCentimetres(&depth);
  EXPECT_THAT(depth.cells(), ElementsAre(0, 0, 0.10F, 0.20F, 0.30F, FloatEq(0.51F), 3.0F));
  for (int cm = 0; cm < 1000; ++cm) {
    Grid<float> exact = Row({static_cast<float>(cm) / 100.0F});
    const Grid<float> before = exact;
    RoundToCentimetres(&exact);
    EXPECT_EQ(exact, before) << cm << " cm";
  }
}

}  // namespace
}  // namespace citylayers::geo
