#include "geo/raster/sample.h"

#include <cmath>

#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

TEST(GridAffine, ARotatedGridFindsItsWayBack) {
  // 50 m cells rotated by 27 degrees, like the SFINCS test model.
  const double c = 50 * std::cos(27 * M_PI / 180), s = 50 * std::sin(27 * M_PI / 180);
  const auto affine = GridAffine::Make({318650, c, -s, 5040000, s, c});
  ASSERT_TRUE(affine.ok());
  const CellPoint cell{17.25, 201.5};
  const CellPoint back = affine->ToCell(affine->ToMap(cell));
  EXPECT_NEAR(back.column, cell.column, 1e-9);
  EXPECT_NEAR(back.row, cell.row, 1e-9);
  EXPECT_NEAR(affine->CellArea(), 2500, 1e-9);
}

TEST(GridAffine, AMapWithoutAnInverseIsRefused) {
  EXPECT_FALSE(GridAffine::Make({0, 0, 0, 0, 0, 0}).ok());
  EXPECT_FALSE(GridAffine::Make({0, 1, 2, 0, 2, 4}).ok());
  EXPECT_FALSE(GridAffine::Make({0, NAN, 0, 0, 0, 1}).ok());
}

Grid<float> Ramp() {
  Grid<float> grid(4, 3);
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 4; ++column) {
      grid.at(column, row) = static_cast<float>(column + 10 * row);
    }
  }
  return grid;
}

TEST(SampleBilinear, APlaneIsReproduced) {
  const Grid<float> grid = Ramp();
  for (double row = 0.5; row <= 2.5; row += 0.25) {
    for (double column = 0.5; column <= 3.5; column += 0.25) {
      EXPECT_NEAR(SampleBilinear(grid, {column, row}), column - 0.5 + 10 * (row - 0.5), 1e-5);
    }
  }
}

TEST(SampleBilinear, TheBorderIsFlatAndBeyondItIsNothing) {
  const Grid<float> grid = Ramp();
  EXPECT_FLOAT_EQ(SampleBilinear(grid, {0, 0.5}), 0);
  EXPECT_FLOAT_EQ(SampleBilinear(grid, {3.9, 2.9}), 23);
  for (const CellPoint p : {CellPoint{-0.1, 1}, CellPoint{4, 1}, CellPoint{1, 3}, CellPoint{1, -1},
                            CellPoint{NAN, 1}, CellPoint{1, INFINITY}}) {
    EXPECT_TRUE(std::isnan(SampleBilinear(grid, p)));
    EXPECT_EQ(CellIndexAt(grid, p), std::nullopt);
  }
}

TEST(SampleBilinear, UnknownCellsKeepTheirEdge) {
  Grid<float> grid(2, 1);
  grid.at(0, 0) = 5;
  grid.at(1, 0) = NAN;
  EXPECT_FLOAT_EQ(SampleBilinear(grid, {0.99, 0.5}), 5);
  EXPECT_TRUE(std::isnan(SampleBilinear(grid, {1.01, 0.5})));
}

TEST(CellIndexAt, IsTheCellThatHoldsThePlace) {
  const Grid<float> grid = Ramp();
  EXPECT_EQ(CellIndexAt(grid, {1.99, 2.0}), grid.IndexOf(1, 2));
  EXPECT_EQ(CellIndexAt(grid, {0, 0}), grid.IndexOf(0, 0));
}

}  // namespace
}  // namespace citylayers::geo
