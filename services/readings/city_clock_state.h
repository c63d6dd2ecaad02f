// The city clock as a value: city time as a function of machine time and the clock's driver.
#ifndef CITYLAYERS_SERVICES_READINGS_CITY_CLOCK_STATE_H_
#define CITYLAYERS_SERVICES_READINGS_CITY_CLOCK_STATE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "citylayers/common/v1/clock_service.pb.h"

namespace citylayers::readings {

/// Limits for calls that move city time ahead. City time never runs backwards by itself, and
/// readings of a wrong year would make the right ones too old to keep.
struct ClockLimits {
  /// Maximum step of a call ahead of the wall time, the newest reading and the time already
  /// reached. Longer than a scenario's step to its next loop, much shorter than the retention.
  absl::Duration ahead_max = absl::Hours(24 * 31);
  /// All such jumps together use up `ahead_max`, which is restored by this many seconds
  /// for each second that the city clock runs. A scenario of one hour per day jumps 23
  /// times as far as it runs.
  double jump_per_run = 24;
};

/// Wall time, or a replay: city_time + speed x (now - as_of), which stops at hold_time until its
/// driver calls again. City time never runs backwards: neither when a driver starts over, nor on a
/// return to the wall while the city is ahead of it, nor over a restart. Only an operator's `force`
/// sets it back to the wall time. Value type.
class CityClockState {
 public:
  static constexpr absl::Duration kHoldAfterDefault = absl::Seconds(5);
  static constexpr absl::Duration kHoldAfterMax = absl::Seconds(60);
  /// A clock that follows the wall time.
  CityClockState() = default;

  /// The city time at a machine time.
  absl::Time Now(absl::Time machine_now) const;
  bool IsReplay() const { return replay_; }
  /// The state as a message for watchers.
  common::v1::CityClock ToProto(absl::Time machine_now) const;

  /// Sets the clock, or continues a replay. `latest_reading` is the time of the latest stored
  /// reading: on the wall clock, city time has reached at least that (InfinitePast: there is none,
  /// and any time may be set, since there is nothing to lose). INVALID_ARGUMENT and
  /// FAILED_PRECONDITION as in clock_service.proto; the clock is then unchanged.
  absl::Status Set(const common::v1::SetClockRequest& request, absl::Time machine_now,
                   absl::Time latest_reading, const ClockLimits& limits = {});

  /// The stored form (docs/formats/readings.md). Decode gives the clock after a restart: a
  /// replay is at the latest time that it can have reached, and waits for its driver.
  /// DATA_LOSS: damaged bytes.
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
  absl::Duration ran_on_ = absl::ZeroDuration();  // city time since the last call, over a restart
  std::string scenario_;
  int loop_count_ = 0;
  std::string driver_id_;
  // Reached by a replay before the return to the wall clock.
  absl::Time reached_ = absl::InfinitePast();
  absl::Duration jumped_ = absl::ZeroDuration();  // of ClockLimits::ahead_max, used up at as_of_
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_CITY_CLOCK_STATE_H_
