// The city clock as a value: how city time follows from the machine's time and from who drives it.
#ifndef CITYLAYERS_SERVICES_READINGS_CITY_CLOCK_STATE_H_
#define CITYLAYERS_SERVICES_READINGS_CITY_CLOCK_STATE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "citylayers/common/v1/clock_service.pb.h"

namespace citylayers::readings {

/// How far calls may move the city ahead. City time never runs backwards by itself, and readings of
/// a wrong year would make the right ones too old to keep.
struct ClockLimits {
  /// How far a call may take the city past the wall, its newest reading and the time it has
  /// reached. Longer than a scenario's step to its next loop, much shorter than what retention
  /// keeps.
  absl::Duration ahead_max = absl::Hours(24 * 31);
  /// All such jumps together use up `ahead_max`, which comes back by this many seconds for each
  /// second that the city clock runs. A scenario of an hour a day jumps 23 times what it runs.
  double jump_per_run = 24;
};

/// Wall time, or a replay: city_time + speed x (now - as_of), which stops at hold_time until its
/// driver calls again. City time never runs backwards: neither by a driver that starts over, nor by
/// going back to the wall while the city is ahead of it, nor over a restart. Only an operator's
/// `force` takes it back to the wall. Value type.
class CityClockState {
 public:
  static constexpr absl::Duration kHoldAfterDefault = absl::Seconds(5);
  static constexpr absl::Duration kHoldAfterMax = absl::Seconds(60);
  /// The wall clock.
  CityClockState() = default;

  /// The city time at a time of the machine.
  absl::Time Now(absl::Time machine_now) const;
  bool IsReplay() const { return replay_; }
  /// The state as it is told to others.
  common::v1::CityClock ToProto(absl::Time machine_now) const;

  /// Sets the clock, or keeps a replay going. `latest_reading` is the time of the latest reading
  /// stored: on the wall clock, that is as far as the city has got (InfinitePast: nowhere yet, and
  /// then any time may be set, since there is nothing to lose).
  /// INVALID_ARGUMENT and FAILED_PRECONDITION as clock_service.proto says; nothing changes then.
  absl::Status Set(const common::v1::SetClockRequest& request, absl::Time machine_now,
                   absl::Time latest_reading, const ClockLimits& limits = {});

  /// The bytes it is kept as (docs/formats/readings.md), and the clock after a restart: a replay
  /// stands where it can have been at most, and waits for its driver. DATA_LOSS: damaged bytes.
  std::string Encode() const;
  static absl::StatusOr<CityClockState> Restore(std::string_view bytes, absl::Time machine_now);

 private:
  absl::Status SetWall(const common::v1::SetClockRequest& request, absl::Time machine_now,
                       absl::Time reached, const ClockLimits& limits);
  absl::Status SetReplay(const common::v1::SetClockRequest& request, absl::Time machine_now,
                         absl::Time reached, absl::Time latest_reading, const ClockLimits& limits);
  bool IsDriven(absl::Time machine_now) const;
  absl::Status CheckDriver(const common::v1::SetClockRequest& request,
                           absl::Time machine_now) const;
  absl::Duration JumpedBy(absl::Time machine_now, const ClockLimits& limits) const;

  bool replay_ = false;
  absl::Time city_time_ = absl::UnixEpoch();  // at as_of_
  absl::Time as_of_ = absl::UnixEpoch();
  double speed_ = 1;
  absl::Duration hold_after_ = absl::ZeroDuration();
  absl::Duration ran_on_ = absl::ZeroDuration();  // city time past the last call, over a restart
  std::string scenario_;
  int loop_count_ = 0;
  std::string driver_id_;
  absl::Time reached_ = absl::InfinitePast();     // a replay got this far before the wall clock
  absl::Duration jumped_ = absl::ZeroDuration();  // of ClockLimits::ahead_max, used up at as_of_
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_CITY_CLOCK_STATE_H_
