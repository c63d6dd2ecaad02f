// Contour rings around samples that reach a threshold.
#ifndef CITYLAYERS_GEO_FLOOD_CONTOUR_H_
#define CITYLAYERS_GEO_FLOOD_CONTOUR_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "geo/flood/depth_tile.h"
#include "geo/raster/grid.h"
#include "geo/tile/tile_geometry.h"

namespace citylayers::geo {

/// One closed contour line of a threshold.
struct ContourRing {
  TileLine points;  // whole numbers; the higher ground is to the right of the direction
  double area = 0;  // signed: positive around higher samples, negative around a hole in them
  // A sample beside the ring that reaches the threshold (ContourTracer index).
  std::size_t inner = 0;
};

/// Traces contours of one lattice of samples by marching squares. Samples outside count as 0;
/// two high samples that meet only at a corner have separate rings. Rings of one threshold, and
/// of different thresholds, never touch. Borrows samples and thresholds. Not thread-safe.
/// REQUIRES: as DepthBands.
class ContourTracer {
 public:
  ContourTracer(const Grid<float>& samples, const TileLattice& lattice,
                std::span<const float> thresholds);

  /// The rings of thresholds[k], in an order fixed by the samples.
  std::vector<ContourRing> Trace(std::size_t k);

  /// For each sample (by ContourRing::inner's index) the number of its region among the samples
  /// that reach thresholds[k] and touch by an edge; 0 for lower samples.
  std::vector<std::uint32_t> Regions(std::size_t k) const;

  /// True when no sample reaches the threshold.
  bool IsEmpty(std::size_t k) const { return highest_ <= k; }

 private:
  bool Reaches(std::size_t node, std::size_t k) const { return reached_[node] > k; }
  void LinkCell(std::size_t node, std::size_t k);
  ContourRing Follow(std::int32_t first, std::size_t k);
  TilePoint PointOn(std::int32_t edge, std::size_t k) const;
  double CrossingFrom(float low, float high, std::size_t k) const;

  TileLattice lattice_;
  std::span<const float> thresholds_;
  std::size_t width_;                  // of the samples with a margin of one on each side
  std::vector<float> values_;          // padded
  std::vector<std::uint8_t> reached_;  // number of thresholds that each sample reaches
  std::size_t highest_ = 0;            // the maximum of reached_
  std::vector<std::size_t> mixed_;     // squares of four samples that a contour crosses
  std::vector<std::int32_t> next_;   // edge after an edge; 2 * node + 0 goes right of it, + 1 down
  std::vector<std::int32_t> edges_;  // those that have a next one, in order of discovery
};

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_CONTOUR_H_
