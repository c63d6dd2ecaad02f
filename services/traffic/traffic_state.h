// The traffic state of each segment: a fold over speed readings.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_STATE_H_
#define CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_STATE_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"

#include "geo/flood/depth_class.h"

namespace citylayers::traffic {

/// Level of traffic flow; the numbers of TrafficLevel in traffic_service.proto.
enum class Level : std::uint8_t {
  kUnknown = 0,
  kFree = 1,
  kSlow = 2,
  kQueuing = 3,
  kStationary = 4,
  kClosed = 5
};

/// Source of a speed; the numbers of SpeedSource.
enum class Source : std::uint8_t { kNone = 0, kLive = 1, kProfile = 2 };

/// Shares of the reference speed at which a level is entered and left (DATEX II's bands: stationary
/// under 10 %, queuing 10-25 %, slow 25-75 %). The gap between both keeps a segment near a border
/// from flickering.
struct LevelThresholds {
  double slow_below = 0.75, free_above = 0.80;
  double queuing_below = 0.25, slow_above = 0.35;
  double stationary_below = 0.10, queuing_above = 0.20;
};

/// The level of a segment at `ratio` = v / v_ref whose level was `before`: a worse level is entered
/// at the lower threshold and left at the upper one. Pure.
Level NextLevel(Level before, double ratio, const LevelThresholds& thresholds);

/// Ages at which data are shown as old and dropped, in city time.
struct AgePolicy {
  absl::Duration live = absl::Minutes(10);     // younger: age class 0
  absl::Duration ageing = absl::Minutes(20);   // younger: age class 1, else 2
  absl::Duration unknown = absl::Minutes(60);  // from here on the level has decayed to unknown
};

struct SegmentState {
  std::int64_t time_ms = 0;  // of the latest reading; 0: none yet
  float speed_kmh = 0;
  Level level = Level::kUnknown;
  Source source = Source::kNone;
  std::uint16_t reserved = 0;
  std::int64_t queuing_since_ms = 0;  // 0: it is not queuing
  friend bool operator==(const SegmentState&, const SegmentState&) = default;
};
static_assert(sizeof(SegmentState) == 24, "written to checkpoints as it lies");

/// The state of all segments. It depends only on the readings and their order, so that folding the
/// same log again gives the same state; values that depend on the time of day (age, decay) are
/// derived by the views below. Not thread-safe.
///
///   TrafficState state(reference_speeds, {});
///   state.Apply(segment, time_ms, 12.5, Source::kLive);
class TrafficState {
 public:
  /// `reference_speeds_kmh`: free-flow speed of each segment, > 0. `forget_after`: a reading this
  /// long after the previous one is applied as if it were the first.
  TrafficState(std::vector<float> reference_speeds_kmh, LevelThresholds thresholds,
               absl::Duration forget_after = AgePolicy().unknown)
      : reference_speeds_kmh_(std::move(reference_speeds_kmh)),
        thresholds_(thresholds),
        forget_after_ms_(absl::ToInt64Milliseconds(forget_after)),
        segments_(reference_speeds_kmh_.size()) {}

  /// Applies a speed reading. One that is older than the latest is skipped; one of the same time
  /// replaces it. Returns whether the state changed. REQUIRES: segment < size().
  bool Apply(std::uint32_t segment, std::int64_t time_ms, double speed_kmh, Source source);

  std::uint32_t size() const { return static_cast<std::uint32_t>(segments_.size()); }
  const SegmentState& operator[](std::uint32_t segment) const { return segments_[segment]; }
  float reference_speed_kmh(std::uint32_t segment) const { return reference_speeds_kmh_[segment]; }
  /// Time of the newest reading of all; InfinitePast before the first.
  absl::Time data_time() const;

  /// For checkpoints: all segments; Restore returns false when the number of segments differs.
  const std::vector<SegmentState>& segments() const { return segments_; }
  bool Restore(std::vector<SegmentState> segments);
  void Clear();

 private:
  std::vector<float> reference_speeds_kmh_;
  LevelThresholds thresholds_;
  std::int64_t forget_after_ms_;
  std::vector<SegmentState> segments_;
  std::int64_t newest_ms_ = 0;
};

/// A segment as displayed at a city time, with the water on it.
struct SegmentView {
  Level level = Level::kUnknown;
  float speed_kmh = 0;         // 0 when unknown
  float jam_factor = 0;        // 0 to 10
  float confidence = 0;        // 0 to 1
  std::uint8_t age_class = 2;  // of the data behind `level`: 0 live, 1 ageing, 2 stale or none
  Source source = Source::kNone;
  // 1 for a measured speed of age class 0, then decreasing linearly to 0 where the class becomes 2.
  float live_share = 0;
};

/// Jam factor 0-10: 10 x clamp((1 - v/v_ref) / (1 - 0.1), 0, 1); 10 only for closures, so that the
/// maximum otherwise is 9.9.
double JamFactor(double speed_kmh, double reference_speed_kmh, Level level);

/// The next time at which the segment's view changes by age alone; 0: never. `live_share` and
/// `confidence`, which change all the time, are left out. Pure.
std::int64_t NextAgeChangeMs(const SegmentState& state, std::int64_t now_ms, const AgePolicy& ages);

/// The view of a segment at city time `now` under `depth_cm` of water (0: dry): age and decay from
/// the last reading, then the water: it caps the speed at that of a car in standing water (0 from
/// the depth that stops cars, geo/flood/passability.h), and from `closed_depth_cm` on it closes the
/// road. For a street without speeds the water sets only levels of slow or worse. Water never
/// expires.
SegmentView ViewSegment(const SegmentState& state, float reference_speed_kmh, absl::Time now,
                        std::int32_t depth_cm, const AgePolicy& ages,
                        const LevelThresholds& thresholds,
                        std::int32_t closed_depth_cm = geo::InfoOf(geo::DepthClass::kDeep).from_cm);

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_STATE_H_
