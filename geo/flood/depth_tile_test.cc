#include "geo/flood/depth_tile.h"

#include <cmath>

#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

TileId Tile(int z, int x, int y) { return TileId::Make(z, x, y).value(); }

// A grid in plain degrees over the city: 0.0005 degrees per cell from 106.5 E, 10.9 N.
CellPoint CellOf(LonLat p) { return {(p.lon_deg - 106.5) / 0.0005, (10.9 - p.lat_deg) / 0.0005}; }

Grid<float> EastwardRamp() {
  Grid<float> depth(800, 800);
  for (int row = 0; row < 800; ++row) {
    for (int column = 0; column < 800; ++column) {
      depth.at(column, row) = static_cast<float>(column) * 0.01f;
    }
  }
  return depth;
}

TEST(TileLattice, CornersIncludeBothEdgesAndTheBuffer) {
  const TileLattice lattice = CornerLattice(128, 2);
  EXPECT_EQ(lattice.count, 133);
  EXPECT_EQ(lattice.origin, -64);
  EXPECT_EQ(lattice.origin + lattice.spacing * (lattice.count - 1), 4096 + 64);
}

TEST(TileLattice, PixelsAreSampledInTheirMiddle) {
  const TileLattice lattice = PixelLattice(256);
  EXPECT_EQ(lattice.origin, 8);
  EXPECT_EQ(lattice.count, 256);
}

// The reference model maps every sample separately.
TEST(SampleDepthTile, InterpolatedMappingEqualsTheExactOne) {
  const Grid<float> depth = EastwardRamp();
  for (const TileId tile : {Tile(10, 815, 481), Tile(12, 3261, 1924), Tile(15, 26095, 15397)}) {
    const TileLattice lattice = CornerLattice(64, 2);
    const Grid<float> samples = SampleDepthTile(depth, tile, lattice, CellOf);
    const TileTransform transform(tile);
    for (int j = 0; j < lattice.count; ++j) {
      for (int i = 0; i < lattice.count; ++i) {
        const CellPoint cell = CellOf(transform.ToLonLat(
            {lattice.origin + lattice.spacing * i, lattice.origin + lattice.spacing * j}));
        const float exact = SampleBilinear(depth, cell);
        ASSERT_NEAR(samples.at(i, j), std::isnan(exact) ? 0 : exact, 2e-4) << tile.ToString();
      }
    }
  }
}

TEST(SampleDepthTile, NeighboursShareTheirCommonEdge) {
  const Grid<float> depth = EastwardRamp();
  const TileLattice lattice = CornerLattice(64, 0);
  const Grid<float> west = SampleDepthTile(depth, Tile(14, 13047, 7698), lattice, CellOf);
  const Grid<float> east = SampleDepthTile(depth, Tile(14, 13048, 7698), lattice, CellOf);
  for (int j = 0; j < lattice.count; ++j) ASSERT_NEAR(west.at(64, j), east.at(0, j), 1e-5);
}

TEST(SampleDepthTile, NothingIsWetBeyondTheTerrain) {
  const Grid<float> samples =
      SampleDepthTile(EastwardRamp(), Tile(14, 0, 0), CornerLattice(32, 2), CellOf);
  for (const float depth : samples.cells()) EXPECT_EQ(depth, 0);
  const Grid<float> unmapped =
      SampleDepthTile(EastwardRamp(), Tile(14, 13047, 7698), CornerLattice(32, 2), [](LonLat) {
        return CellPoint{NAN, NAN};
      });
  for (const float depth : unmapped.cells()) EXPECT_EQ(depth, 0);
}

}  // namespace
}  // namespace citylayers::geo
