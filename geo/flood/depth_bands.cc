#include "geo/flood/depth_bands.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "geo/flood/contour.h"

namespace citylayers::geo {
namespace {

bool Inside(TilePoint p, const TileLine& ring) {
  bool inside = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const TilePoint a = ring[i], b = ring[j];
    if ((a.y > p.y) == (b.y > p.y)) continue;
    if (p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

// Builds one band: the area inside the contours of its threshold but outside those of the next one.
// A hole in the deeper water is the exterior ring of an island of this band.
class BandBuilder {
 public:
  explicit BandBuilder(std::vector<std::uint32_t> regions) : regions_(std::move(regions)) {}

  void AddOutside(TileLine points, std::size_t inner) {
    outside_of_region_[regions_[inner]] = polygons_.size();
    polygons_.push_back({{std::move(points)}});
  }

  void AddIsland(const ContourRing& hole_of_deeper) {
    islands_[regions_[hole_of_deeper.inner]].push_back(
        {polygons_.size(), std::abs(hole_of_deeper.area)});
    TileLine points(hole_of_deeper.points.rbegin(), hole_of_deeper.points.rend());
    polygons_.push_back({{std::move(points)}});
  }

  // REQUIRES: all exterior rings and islands are added.
  void AddHole(TileLine points, std::size_t inner) {
    const std::uint32_t region = regions_[inner];
    std::size_t owner = outside_of_region_.at(region);
    double smallest = INFINITY;
    if (const auto it = islands_.find(region); it != islands_.end()) {
      for (const Island& island : it->second) {
        if (island.area >= smallest) continue;
        if (!Inside(points.front(), polygons_[island.polygon].rings.front())) continue;
        owner = island.polygon;
        smallest = island.area;
      }
    }
    polygons_[owner].rings.push_back(std::move(points));
  }

  std::vector<TilePolygon> Take() { return std::move(polygons_); }

 private:
  struct Island {
    std::size_t polygon = 0;
    double area = 0;
  };

  std::vector<std::uint32_t> regions_;
  std::vector<TilePolygon> polygons_;
  std::unordered_map<std::uint32_t, std::size_t> outside_of_region_;
  std::unordered_map<std::uint32_t, std::vector<Island>> islands_;
};

}  // namespace

std::vector<DepthBand> DepthBands(const Grid<float>& samples, const TileLattice& lattice,
                                  std::span<const float> thresholds_m) {
  std::vector<DepthBand> bands;
  ContourTracer tracer(samples, lattice, thresholds_m);
  std::vector<ContourRing> rings, deeper;
  if (!thresholds_m.empty()) rings = tracer.Trace(0);
  for (std::size_t k = 0; k < thresholds_m.size() && !rings.empty(); ++k) {
    deeper.clear();
    if (k + 1 < thresholds_m.size()) deeper = tracer.Trace(k + 1);
    BandBuilder builder(tracer.Regions(k));
    for (const ContourRing& ring : rings) {
      if (ring.area > 0) builder.AddOutside(ring.points, ring.inner);
    }
    for (const ContourRing& ring : deeper) {
      if (ring.area < 0) builder.AddIsland(ring);
    }
    for (const ContourRing& ring : rings) {
      if (ring.area < 0) builder.AddHole(ring.points, ring.inner);
    }
    for (const ContourRing& ring : deeper) {
      if (ring.area > 0) {
        builder.AddHole(TileLine(ring.points.rbegin(), ring.points.rend()), ring.inner);
      }
    }
    bands.push_back({k, builder.Take()});
    rings = std::move(deeper);
  }
  return bands;
}

}  // namespace citylayers::geo
