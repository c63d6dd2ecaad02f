#include "services/traffic/traffic_state.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "geo/flood/depth_class.h"
#include "geo/flood/passability.h"

namespace citylayers::traffic {

Level NextLevel(Level before, double ratio, const LevelThresholds& t) {
  // Once the segment is past a border, the border's upper value applies.
  const double stationary = before >= Level::kStationary ? t.queuing_above : t.stationary_below;
  const double queuing = before >= Level::kQueuing ? t.slow_above : t.queuing_below;
  const double slow = before >= Level::kSlow ? t.free_above : t.slow_below;
  if (ratio < stationary) return Level::kStationary;
  if (ratio < queuing) return Level::kQueuing;
  if (ratio < slow) return Level::kSlow;
  return Level::kFree;
}

bool TrafficState::Apply(std::uint32_t segment, std::int64_t time_ms, double speed_kmh,
                         Source source) {
  SegmentState& state = segments_[segment];
  if (time_ms < state.time_ms || time_ms <= 0) return false;
  const SegmentState before = state;
  // A queue is not assumed to last over a gap after which it would have been dropped.
  if (time_ms - state.time_ms >= forget_after_ms_) state = SegmentState{};
  state.time_ms = time_ms;
  state.speed_kmh = static_cast<float>(speed_kmh);
  state.source = source;
  state.level = NextLevel(state.level, speed_kmh / reference_speeds_kmh_[segment], thresholds_);
  if (state.level < Level::kQueuing) {
    state.queuing_since_ms = 0;
  } else if (state.queuing_since_ms == 0) {
    state.queuing_since_ms = time_ms;
  }
  newest_ms_ = std::max(newest_ms_, time_ms);
  return !(state == before);
}

absl::Time TrafficState::data_time() const {
  return newest_ms_ == 0 ? absl::InfinitePast() : absl::FromUnixMillis(newest_ms_);
}

bool TrafficState::Restore(std::vector<SegmentState> segments) {
  if (segments.size() != segments_.size()) return false;
  segments_ = std::move(segments);
  newest_ms_ = 0;
  for (const SegmentState& state : segments_) newest_ms_ = std::max(newest_ms_, state.time_ms);
  return true;
}

void TrafficState::Clear() {
  std::fill(segments_.begin(), segments_.end(), SegmentState{});
  newest_ms_ = 0;
}

double JamFactor(double speed_kmh, double reference_speed_kmh, Level level) {
  if (level == Level::kClosed) return 10;
  if (level == Level::kUnknown) return 0;
  return std::min(9.9,
                  10 * std::clamp((1 - speed_kmh / reference_speed_kmh) / (1 - 0.1), 0.0, 1.0));
}

std::int64_t NextAgeChangeMs(const SegmentState& state, std::int64_t now_ms,
                             const AgePolicy& ages) {
  if (state.time_ms == 0) return 0;
  for (const absl::Duration age : {ages.live, ages.ageing, ages.unknown}) {
    const std::int64_t change_ms = state.time_ms + absl::ToInt64Milliseconds(age);
    if (change_ms > now_ms) return change_ms;
  }
  return 0;
}

SegmentView ViewSegment(const SegmentState& state, float reference_speed_kmh, absl::Time now,
                        std::int32_t depth_cm, const AgePolicy& ages,
                        const LevelThresholds& thresholds, std::int32_t closed_depth_cm) {
  SegmentView view;
  const absl::Duration age = now - absl::FromUnixMillis(state.time_ms);
  if (state.time_ms != 0 && age < ages.unknown) {
    view.level = state.level;
    view.speed_kmh = state.speed_kmh;
    view.source = state.source;
    view.age_class = age < ages.live ? 0 : age < ages.ageing ? 1 : 2;
    if (state.source == Source::kLive) {
      const double lived = absl::FDivDuration(ages.ageing - age, ages.ageing - ages.live);
      view.live_share = view.age_class == 0   ? 1.0F
                        : view.age_class == 1 ? static_cast<float>(std::clamp(lived, 0.0, 1.0))
                                              : 0.0F;
    }
    const double freshness = std::exp(-std::max(0.0, absl::ToDoubleSeconds(age)) / 300.0);
    view.confidence =
        static_cast<float>(freshness * (state.source == Source::kProfile ? 0.3 : 1.0));
  }
  // Less water than ponding does not slow traffic noticeably, and the layer ignores it.
  if (depth_cm >= closed_depth_cm) {
    view.level = Level::kClosed;
    view.speed_kmh = 0;
    view.age_class = 0;
  } else if (geo::DepthClassOfCm(depth_cm) > geo::DepthClass::kDry) {
    // Reference speeds are those of cars, and so is the limit: 0 from the depth that stops cars,
    // even where buses and trucks still pass.
    const double wading = geo::SafeSpeedInWaterKmh(static_cast<float>(depth_cm) / 100.0F);
    const auto cap_kmh = static_cast<float>(std::min<double>(wading, reference_speed_kmh));
    const Level level = NextLevel(Level::kFree, cap_kmh / reference_speed_kmh, thresholds);
    // That traffic could flow freely does not mean that it does.
    if (view.level == Level::kUnknown ? level >= Level::kSlow : cap_kmh < view.speed_kmh)
      view.speed_kmh = cap_kmh;
    if (level >= Level::kSlow && level > view.level) {
      view.level = level;
      view.age_class = 0;
    }
  }
  view.jam_factor = static_cast<float>(JamFactor(view.speed_kmh, reference_speed_kmh, view.level));
  return view;
}

}  // namespace citylayers::traffic
