// The priority-flood algorithm, which also yields the order and the origin of the water.
#ifndef CITYLAYERS_GEO_FLOOD_PRIORITY_FLOOD_H_
#define CITYLAYERS_GEO_FLOOD_PRIORITY_FLOOD_H_

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "absl/status/status.h"

#include "geo/flood/connection_level.h"
#include "geo/flood/neighbours.h"
#include "geo/raster/grid.h"

namespace citylayers::geo {

/// OK when ConnectionLevel accepts grids of these sizes.
absl::Status CheckFloodGrids(const Grid<float>& elevation_m, const Grid<std::uint8_t>& open_water);

/// Floods a terrain from its open water upwards; see ConnectionLevel for the meaning of the level.
/// All arrays use the padded layout. Construct, Run once, read. Not thread-safe. REQUIRES:
/// CheckFloodGrids.
class PriorityFlood {
 public:
  PriorityFlood(const Grid<float>& elevation_m, const Grid<std::uint8_t>& open_water,
                Connectivity connectivity);

  /// With `record`, fills order() and from(), which takes about a third more time.
  void Run(bool record = false);

  const PaddedLayout& layout() const { return layout_; }
  const std::vector<float>& elevation_m() const { return elevation_m_; }
  const std::vector<std::uint8_t>& water() const { return water_; }
  const std::vector<float>& level() const { return level_; }
  /// Cells in the order in which water leaves them for their neighbours; levels
  /// never decrease along it.
  const std::vector<std::uint32_t>& order() const { return order_; }
  /// The cell from which water came to each cell; for open water the cell itself.
  const std::vector<std::uint32_t>& from() const { return from_; }

 private:
  void SeedOpenWater();
  template <bool kRecord>
  void RunLoop();
  template <bool kRecord>
  void Spread(std::size_t cell);

  PaddedLayout layout_;
  std::vector<float> elevation_m_;
  std::vector<std::uint8_t> water_;
  std::vector<float> level_;
  std::vector<std::uint8_t> done_;
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> frontier_;
  std::vector<std::size_t> level_ground_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> from_;
};

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_FLOOD_PRIORITY_FLOOD_H_
