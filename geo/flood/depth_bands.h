// Polygons of equal depth class, for a vector tile.
#ifndef CITYLAYERS_GEO_FLOOD_DEPTH_BANDS_H_
#define CITYLAYERS_GEO_FLOOD_DEPTH_BANDS_H_

#include <span>
#include <vector>

#include "geo/flood/depth_class.h"
#include "geo/flood/depth_tile.h"
#include "geo/raster/grid.h"
#include "geo/tile/tile_geometry.h"

namespace citylayers::geo {

/// The polygons between two depth thresholds.
struct DepthBand {
  std::size_t threshold = 0;  // index into the thresholds: depths from this one to the next
  std::vector<TilePolygon> polygons;
};

/// Polygons of depth >= thresholds[i] and < thresholds[i + 1] in tile units, shallow bands first;
/// bands without area are omitted. Contours are linearly interpolated between samples (marching
/// squares), rounded to whole units and at least one unit apart, so that every polygon is valid:
/// rings never cross or touch, holes are inside their exterior rings, points are whole numbers.
/// Samples outside the lattice count as dry. O(samples + contour length), about 1 ms for 128 x 128
/// samples with four thresholds. Thread-safe.
/// REQUIRES: samples has lattice.count rows and columns; thresholds ascend strictly;
/// lattice.spacing and .origin are whole numbers of units, spacing > number of thresholds.
std::vector<DepthBand> DepthBands(const Grid<float>& samples, const TileLattice& lattice,
                                  std::span<const float> thresholds_m = kDepthClassFromM);

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_DEPTH_BANDS_H_
