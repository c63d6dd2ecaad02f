#include "services/tools/citypack/skeleton_part.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "services/tools/citypack/tile_cutter.h"
#include "storage/pack/segment_table.h"
#include "storage/pack/skeleton.h"

namespace citylayers::citypack {
namespace {

constexpr std::uint32_t kProgressEvery = 1024;  // segments

}  // namespace

absl::StatusOr<std::map<std::uint64_t, std::string>> MakeSkeletons(
    const geo::RoadGraph& graph, const std::function<bool(double)>& progress) {
  std::map<std::uint64_t, std::vector<storage::SkeletonFeature>> features;
  const auto count = static_cast<std::uint32_t>(graph.segments.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i % kProgressEvery == 0 && progress && !progress(static_cast<double>(i) / count)) {
      return absl::CancelledError("cutting tiles was stopped");
    }
    const geo::RoadSegment& s = graph.segments[i];
    const auto flags = static_cast<std::uint8_t>((s.bridge ? storage::SegmentRecord::kBridge : 0) |
                                                 (s.tunnel ? storage::SegmentRecord::kTunnel : 0));
    for (int z = std::max<int>(kMinZoom, geo::RoadClassMinZoom(s.road_class)); z <= kMaxZoom; ++z) {
      RETURN_IF_ERROR(CutLine(s.points, z, [&](geo::TileId tile, std::string geometry) {
        features[tile.Key()].push_back(
            {i, s.name, static_cast<std::uint8_t>(s.road_class), flags, std::move(geometry)});
      }));
    }
  }
  std::map<std::uint64_t, std::string> skeletons;
  for (auto& [key, list] : features) {
    skeletons[key] = storage::EncodeSkeleton(std::move(list));
  }
  return skeletons;
}

}  // namespace citylayers::citypack
