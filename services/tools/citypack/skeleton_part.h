// The tile skeletons of a road graph.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_SKELETON_PART_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_SKELETON_PART_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"

#include "geo/roads/road_graph.h"

namespace citylayers::citypack {

/// One skeleton (storage/pack/skeleton.h) for each tile of zooms kMinZoom to kMaxZoom with a road,
/// by tile key, from its class's lowest zoom. A segment is one feature in each tile it touches,
/// with all its parts there. `progress` receives the share done; returning false stops with
/// CANCELLED.
absl::StatusOr<std::map<std::uint64_t, std::string>> MakeSkeletons(
    const geo::RoadGraph& graph, const std::function<bool(double)>& progress);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_SKELETON_PART_H_
