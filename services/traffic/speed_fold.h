// The fold of speed readings into the state of the segments.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_SPEED_FOLD_H_
#define CITYLAYERS_SERVICES_TRAFFIC_SPEED_FOLD_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

#include "citylayers/readings/v1/readings.pb.h"
#include "services/traffic/traffic_state.h"
#include "storage/checkpoint/checkpoint_payload.h"
#include "storage/pack/city_pack.h"

namespace citylayers::traffic {

/// The reference speed of a road for levels, at least 1 km/h.
float ReferenceSpeedKmh(const storage::SegmentRecord& road);

/// Applies batches of the readings log to a TrafficState. Suspect speeds and those of unknown
/// segments (of another pack) are skipped. Not thread-safe.
class SpeedFold {
 public:
  /// `pack` must outlive it. `forget_after` as for TrafficState.
  SpeedFold(const storage::CityPack& pack, const LevelThresholds& thresholds,
            absl::Duration forget_after);

  // As layers::FoldedLayer.
  void BeginStream() { segment_of_index_.clear(); }
  /// Returns whether the state changed.
  bool ApplyBatch(const readings::v1::ReadingColumns& batch);
  void SetOffset(std::uint64_t offset) { offset_ = std::max(offset_, offset); }
  void Clear();

  const TrafficState& state() const { return state_; }
  std::uint64_t offset() const { return offset_; }

  void Save(storage::CheckpointWriter* writer) const;
  /// Reads what Save has written; nullopt when it does not belong to `segment_count` segments.
  static std::optional<std::vector<SegmentState>> Load(storage::CheckpointReader* reader,
                                                       std::uint32_t segment_count);
  /// False when the number of segments differs.
  bool Restore(std::vector<SegmentState> segments, std::uint64_t offset);

 private:
  /// The index of the segment of a measure `segments/{id}/measures/speed`; kNoSegment when the pack
  /// has none.
  std::uint32_t SegmentOfMeasure(std::string_view measure) const;

  const storage::CityPack& pack_;
  TrafficState state_;
  std::uint64_t offset_ = 0;
  std::vector<std::uint32_t> segment_of_index_;  // of the stream's dictionary
};

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_SPEED_FOLD_H_
