#include "services/traffic/speed_fold.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"

#include "base/strings.h"
#include "services/layers/folded_layer.h"

namespace citylayers::traffic {
namespace {

std::vector<float> ReferenceSpeedsKmh(const storage::SegmentTable& roads) {
  std::vector<float> speeds_kmh(roads.size());
  for (std::uint32_t i = 0; i < roads.size(); ++i) speeds_kmh[i] = ReferenceSpeedKmh(roads[i]);
  return speeds_kmh;
}

}  // namespace

float ReferenceSpeedKmh(const storage::SegmentRecord& road) {
  return std::max(1.0F, road.reference_speed_kmh);
}

SpeedFold::SpeedFold(const storage::CityPack& pack, const LevelThresholds& thresholds,
                     absl::Duration forget_after)
    : pack_(pack), state_(ReferenceSpeedsKmh(pack.segments()), thresholds, forget_after) {}

bool SpeedFold::ApplyBatch(const readings::v1::ReadingColumns& batch) {
  for (const std::string& measure : batch.measures()) {
    segment_of_index_.push_back(SegmentOfMeasure(measure));
  }
  bool has_changed = false;
  layers::ForEachReading(
      batch, [&](std::uint32_t index, std::int64_t time_ms, double speed_kmh, int quality) {
        if (index >= segment_of_index_.size() || quality == readings::v1::QUALITY_SUSPECT) return;
        const std::uint32_t segment = segment_of_index_[index];
        if (segment == storage::kNoSegment) return;
        const Source source =
            quality == readings::v1::QUALITY_PROFILE ? Source::kProfile : Source::kLive;
        if (state_.Apply(segment, time_ms, speed_kmh, source)) has_changed = true;
      });
  return has_changed;
}

std::uint32_t SpeedFold::SegmentOfMeasure(std::string_view measure) const {
  constexpr std::string_view kPrefix = "segments/", kSuffix = "/measures/speed";
  if (measure.size() <= kPrefix.size() + kSuffix.size() || !measure.starts_with(kPrefix) ||
      !measure.ends_with(kSuffix)) {
    return storage::kNoSegment;
  }
  measure.remove_prefix(kPrefix.size());
  measure.remove_suffix(kSuffix.size());
  std::uint64_t stable_id = 0;
  if (!absl::SimpleAtoi(ToAbsl(measure), &stable_id)) return storage::kNoSegment;
  return pack_.FindSegment(stable_id).value_or(storage::kNoSegment);
}

void SpeedFold::Clear() {
  state_.Clear();
  offset_ = 0;
}

void SpeedFold::Save(storage::CheckpointWriter* writer) const {
  writer->U32(state_.size());
  writer->Raw(state_.segments().data(), state_.segments().size() * sizeof(SegmentState));
}

std::optional<std::vector<SegmentState>> SpeedFold::Load(storage::CheckpointReader* reader,
                                                         std::uint32_t segment_count) {
  std::uint32_t count = 0;
  if (!reader->U32(&count) || count != segment_count) return std::nullopt;
  std::vector<SegmentState> segments(count);
  if (!reader->Raw(segments.data(), count * sizeof(SegmentState))) return std::nullopt;
  return segments;
}

bool SpeedFold::Restore(std::vector<SegmentState> segments, std::uint64_t offset) {
  if (!state_.Restore(std::move(segments))) return false;
  offset_ = offset;
  return true;
}

}  // namespace citylayers::traffic
