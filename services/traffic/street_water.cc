#include "services/traffic/street_water.h"

#include <algorithm>
#include <utility>

namespace citylayers::traffic {

void StreetWater::Set(const std::vector<SegmentDepth>& depths, bool replace_all) {
  if (replace_all) std::fill(depths_cm_.begin(), depths_cm_.end(), 0);
  for (const SegmentDepth& depth : depths) {
    if (depth.segment < depths_cm_.size()) depths_cm_[depth.segment] = depth.depth_cm;
  }
  is_known_ = is_current_ = true;
}

void StreetWater::Save(storage::CheckpointWriter* writer) const {
  writer->U32(is_known_ ? 1 : 0);
  writer->Raw(depths_cm_.data(), depths_cm_.size() * sizeof(std::int32_t));
}

std::optional<StreetWater::Saved> StreetWater::Load(storage::CheckpointReader* reader,
                                                    std::uint32_t segment_count) {
  std::uint32_t is_known = 0;
  Saved saved{.depths_cm = std::vector<std::int32_t>(segment_count)};
  if (!reader->U32(&is_known) ||
      !reader->Raw(saved.depths_cm.data(), segment_count * sizeof(std::int32_t))) {
    return std::nullopt;
  }
  saved.is_known = is_known != 0;
  return saved;
}

void StreetWater::Restore(Saved saved) {
  is_known_ = saved.is_known;
  depths_cm_ = std::move(saved.depths_cm);
}

}  // namespace citylayers::traffic
