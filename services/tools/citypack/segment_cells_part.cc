#include "services/tools/citypack/segment_cells_part.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/status_macros.h"
#include "services/tools/citypack/cell_projector.h"
#include "services/tools/citypack/cell_walk.h"

namespace citylayers::citypack {
namespace {

// A street with more of its length without known ground has an unknown depth.
constexpr double kUnknownShareMax = 0.1;
constexpr double kLeastLineM = 1e-3;  // so that a line of zero length counts as well

// The cells under a street, and the share of it that the terrain does not cover.
struct Ground {
  std::vector<std::uint32_t> cells;
  bool is_known = true;
};

Ground GroundUnder(const geo::RoadSegment& segment, const TerrainPart& terrain,
                   const CellProjector& projector) {
  Ground ground;
  std::vector<std::uint32_t>& cells = ground.cells;
  const geo::Grid<std::uint8_t>& water = terrain.open_water;
  double known_m = 0, unknown_m = 0;
  std::optional<geo::CellPoint> previous;
  for (std::size_t i = 0; i < segment.points.size(); ++i) {
    const std::optional<geo::CellPoint> here = projector.ToCell(segment.points[i]);
    const double length_m =
        i == 0 ? 0 : std::max(DistanceM(segment.points[i - 1], segment.points[i]), kLeastLineM);
    std::size_t known = 0, passed = 0;
    if (previous && here) {
      WalkCells(*previous, *here, water.columns(), water.rows(), [&](int column, int row) {
        const auto cell = static_cast<std::uint32_t>(water.IndexOf(column, row));
        ++passed;
        if (water[cell] != 0) return static_cast<void>(++known);
        if (std::isnan(terrain.elevation_m[cell])) return;
        ++known;
        if (cells.empty() || cells.back() != cell) cells.push_back(cell);
      });
      // Cells outside the grid are not visited: estimates the total number of cells on the line.
      const double dx = std::abs(here->column - previous->column);
      const double dy = std::abs(here->row - previous->row);
      passed = std::max(passed, static_cast<std::size_t>(dx + dy));
    }
    const double share = passed == 0 ? 0 : static_cast<double>(known) / static_cast<double>(passed);
    known_m += length_m * share;
    unknown_m += length_m * (1 - share);
    previous = here;
  }
  ground.is_known = unknown_m <= kUnknownShareMax * (known_m + unknown_m);
  return ground;
}

}  // namespace

absl::StatusOr<storage::CellColumns> MakeSegmentCells(const geo::RoadGraph& graph,
                                                      const TerrainPart& terrain) {
  ASSIGN_OR_RETURN(const CellProjector projector, CellProjector::Make(terrain.geometry));
  storage::CellColumns out;
  out.columns = static_cast<std::uint32_t>(terrain.geometry.columns);
  out.rows = static_cast<std::uint32_t>(terrain.geometry.rows);
  out.begins = {0};
  for (std::uint32_t i = 0; i < graph.segments.size(); ++i) {
    const geo::RoadSegment& s = graph.segments[i];
    bool is_known = true;
    if (s.twin < i) {
      // A twin crosses the same cells in the other direction; copied, so that both
      // have the same depth.
      const std::size_t first = out.begins[s.twin], last = out.begins[s.twin + 1];
      for (std::size_t k = last; k > first; --k) out.cells.push_back(out.cells[k - 1]);
      is_known = out.unknown[s.twin] == 0;
    } else if (!s.bridge && !s.tunnel) {
      const Ground ground = GroundUnder(s, terrain, projector);
      out.cells.insert(out.cells.end(), ground.cells.begin(), ground.cells.end());
      is_known = ground.is_known;
    }
    out.begins.push_back(static_cast<std::uint32_t>(out.cells.size()));
    out.unknown.push_back(is_known ? 0 : 1);
  }
  return out;
}

}  // namespace citylayers::citypack
