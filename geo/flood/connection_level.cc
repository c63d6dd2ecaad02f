#include "geo/flood/connection_level.h"

#include "base/status_macros.h"
#include "geo/flood/priority_flood.h"

namespace citylayers::geo {

absl::StatusOr<Grid<float>> ConnectionLevel(const Grid<float>& elevation_m,
                                            const Grid<std::uint8_t>& open_water,
                                            Connectivity connectivity) {
  RETURN_IF_ERROR(CheckFloodGrids(elevation_m, open_water));
  PriorityFlood flood(elevation_m, open_water, connectivity);
  flood.Run();
  return flood.layout().Unpad(flood.level());
}

}  // namespace citylayers::geo
