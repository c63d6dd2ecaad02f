#include "geo/flood/depth_tile.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace citylayers::geo {
namespace {

constexpr int kMeshStep = 16;  // number of samples between two calls of the mapping

CellPoint Mix(CellPoint a, CellPoint b, double t) {
  return {a.column + (b.column - a.column) * t, a.row + (b.row - a.row) * t};
}

}  // namespace

TileLattice CornerLattice(int cells, int buffer_cells) {
  const double spacing = static_cast<double>(kTileExtent) / cells;
  return {-buffer_cells * spacing, spacing, cells + 2 * buffer_cells + 1};
}

TileLattice PixelLattice(int pixels) {
  const double spacing = static_cast<double>(kTileExtent) / pixels;
  return {spacing / 2, spacing, pixels};
}

Grid<float> SampleDepthTile(const Grid<float>& depth_m, TileId tile, const TileLattice& lattice,
                            LonLatToCell to_cell) {
  Grid<float> samples(lattice.count, lattice.count);
  const TileTransform transform(tile);
  const int mesh = (lattice.count + kMeshStep - 1) / kMeshStep + 1;
  Grid<CellPoint> places(mesh, mesh);
  for (int j = 0; j < mesh; ++j) {
    for (int i = 0; i < mesh; ++i) {
      places.at(i, j) =
          to_cell(transform.ToLonLat({lattice.origin + lattice.spacing * i * kMeshStep,
                                      lattice.origin + lattice.spacing * j * kMeshStep}));
    }
  }
  for (int j = 0; j < lattice.count; ++j) {
    const double v = static_cast<double>(j % kMeshStep) / kMeshStep;
    for (int block = 0; block + 1 < mesh; ++block) {
      const int first = block * kMeshStep, last = std::min(first + kMeshStep, lattice.count);
      const int above = j / kMeshStep;
      const CellPoint left = Mix(places.at(block, above), places.at(block, above + 1), v);
      const CellPoint right = Mix(places.at(block + 1, above), places.at(block + 1, above + 1), v);
      for (int i = first; i < last; ++i) {
        const double u = static_cast<double>(i - first) / kMeshStep;
        const float depth = SampleBilinear(depth_m, Mix(left, right, u));
        samples.at(i, j) = std::isnan(depth) ? 0.0f : depth;
      }
    }
  }
  return samples;
}

}  // namespace citylayers::geo
