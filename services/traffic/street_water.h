// The water on the streets, as reported by the flood layer.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_STREET_WATER_H_
#define CITYLAYERS_SERVICES_TRAFFIC_STREET_WATER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "storage/checkpoint/checkpoint_payload.h"

namespace citylayers::traffic {

/// Water on a segment, in whole centimetres as in the flood layer; 0 when it is dry again.
struct SegmentDepth {
  std::uint32_t segment = 0;
  std::int32_t depth_cm = 0;
};

/// Depths by segment, and whether they are known and current. Showing streets as dry before the
/// flood layer has answered would open flooded ones: IsAwaited. Not thread-safe.
class StreetWater {
 public:
  /// `is_expected`: the city has a flood layer; otherwise its streets are dry.
  StreetWater(std::size_t segment_count, bool is_expected)
      : is_expected_(is_expected), depths_cm_(segment_count) {}

  /// Sets present depths. `replace_all`: segments that are not listed are dry. Unknown segments are
  /// skipped.
  void Set(const std::vector<SegmentDepth>& depths, bool replace_all);
  /// The depths are kept but are not current, until the next Set.
  void SetUnavailable() { is_current_ = false; }
  /// Ends IsAwaited: streets count as dry until depths are known.
  void StopAwaiting() { is_waived_ = true; }

  /// True while expected depths are known neither from the flood layer nor from a checkpoint.
  bool IsAwaited() const { return is_expected_ && !is_known_ && !is_waived_; }
  /// True when depths are current or not expected.
  bool IsCurrent() const { return !is_expected_ || is_current_; }
  std::int32_t depth_cm(std::uint32_t segment) const { return depths_cm_[segment]; }

  struct Saved {
    bool is_known = false;
    std::vector<std::int32_t> depths_cm;
  };
  /// Not part of the fold, but of the flood layer: after a restart no street is opened before that
  /// layer has answered.
  void Save(storage::CheckpointWriter* writer) const;
  /// Reads what Save has written; nullopt when it is too short.
  static std::optional<Saved> Load(storage::CheckpointReader* reader, std::uint32_t segment_count);
  void Restore(Saved saved);

 private:
  const bool is_expected_;
  bool is_known_ = false;  // set once, from the flood layer or a checkpoint
  bool is_current_ = false;
  bool is_waived_ = false;
  std::vector<std::int32_t> depths_cm_;
};

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_STREET_WATER_H_
