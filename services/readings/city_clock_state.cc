#include "services/readings/city_clock_state.h"

#include <algorithm>
#include <cmath>

#include "base/status_macros.h"
#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/runtime/rpc/error_details.h"
#include "storage/bytes/bytes.h"

namespace citylayers::readings {
namespace {

constexpr std::uint8_t kVersion = 2;  // version 1 lacks the last field
constexpr std::size_t kNameMax = 128;
// Times that the store can hold: 1970 to 3226.
const absl::Time kFirst = absl::UnixEpoch();
const absl::Time kLast = absl::FromUnixSeconds(39'636'000'000);

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

absl::Status Backwards(std::string_view message) {
  return runtime::WithReason(absl::FailedPreconditionError(ToAbsl(message)),
                             runtime::kReasonClockBackwards);
}

absl::Status TooFarAhead(absl::Time city_time, absl::Time furthest, absl::Duration allowed,
                         const ClockLimits& limits) {
  const bool is_walk = city_time - furthest <= limits.ahead_max;
  return absl::FailedPreconditionError(StrCat(
      "city_time ", Text(city_time), " lies more than ",
      absl::ToInt64Hours(is_walk ? allowed : limits.ahead_max), " hours ahead of ", Text(furthest),
      ", the latest of the wall clock and the readings stored",
      is_walk ? ", after the jumps of earlier calls: let the clock run, or use a smaller step" : "",
      ": city time never runs backwards, so check the year; to replay that time start with "
      "another data directory"));
}

std::int64_t Micros(absl::Time time) { return absl::ToUnixMicros(time); }

absl::StatusOr<absl::Time> ReadMicros(storage::ByteReader& reader) {
  ASSIGN_OR_RETURN(const std::uint64_t micros, reader.ReadVarint());
  return absl::FromUnixMicros(storage::UnZigZag(micros));
}

}  // namespace

absl::Time CityClockState::Now(absl::Time machine_now) const {
  if (!replay_) return std::max(machine_now, reached_);
  // Setting the machine's wall clock back does not set city time back.
  const absl::Duration past = std::max(machine_now - as_of_, absl::ZeroDuration());
  return city_time_ + speed_ * std::min(past, hold_after_);
}

bool CityClockState::IsDriven(absl::Time machine_now) const {
  return replay_ && machine_now < as_of_ + hold_after_;
}

common::v1::CityClock CityClockState::ToProto(absl::Time machine_now) const {
  common::v1::CityClock clock;
  *clock.mutable_city_time() = ToProtoTime(Now(machine_now));
  *clock.mutable_as_of_time() = ToProtoTime(machine_now);
  clock.set_mode(replay_ ? common::v1::CLOCK_MODE_REPLAY : common::v1::CLOCK_MODE_WALL);
  clock.set_speed(replay_ ? speed_ : 1);
  if (!replay_) return clock;
  *clock.mutable_hold_time() = ToProtoTime(city_time_ + speed_ * hold_after_);
  clock.set_scenario(scenario_);
  clock.set_loop_count(loop_count_);
  clock.set_held(!IsDriven(machine_now));
  return clock;
}

// The part of ClockLimits::ahead_max used up by jumps; the running of the clock restores it.
absl::Duration CityClockState::JumpedBy(absl::Time machine_now, const ClockLimits& limits) const {
  const absl::Duration past = std::max(machine_now - as_of_, absl::ZeroDuration());
  const absl::Duration ran = replay_ ? speed_ * std::min(past, hold_after_) : past;
  return std::max(jumped_ - limits.jump_per_run * ran, absl::ZeroDuration());
}

// Only its driver, or an operator with `force`, can take the clock from a running replay.
absl::Status CityClockState::CheckDriver(const common::v1::SetClockRequest& request,
                                         absl::Time machine_now) const {
  if (request.force() || !IsDriven(machine_now) || request.driver_id() == driver_id_) {
    return absl::OkStatus();
  }
  return runtime::WithReason(
      absl::FailedPreconditionError(
          StrCat("scenario '", scenario_, "' is driven by another replay",
                 request.driver_id().empty() ? ", and the request has no driver_id" : "",
                 "; stop that one first, or set force to take the clock from it")),
      runtime::kReasonClockDriven);
}

absl::Status CityClockState::Set(const common::v1::SetClockRequest& request, absl::Time machine_now,
                                 absl::Time latest_reading, const ClockLimits& limits) {
  const absl::Time reached =
      replay_ ? Now(machine_now) : std::max(reached_, std::min(latest_reading, machine_now));
  switch (request.mode()) {
    case common::v1::CLOCK_MODE_WALL:
      return SetWall(request, machine_now, reached, limits);
    case common::v1::CLOCK_MODE_REPLAY:
      return SetReplay(request, machine_now, reached, latest_reading, limits);
    default:
      return runtime::BadField("mode", "must be CLOCK_MODE_WALL or CLOCK_MODE_REPLAY");
  }
}

absl::Status CityClockState::SetWall(const common::v1::SetClockRequest& request,
                                     absl::Time machine_now, absl::Time reached,
                                     const ClockLimits& limits) {
  RETURN_IF_ERROR(CheckDriver(request, machine_now));
  if (reached > machine_now && !request.force()) {
    return Backwards(StrCat("the city has reached ", Text(reached),
                            " in a replay, and the wall is at ", Text(machine_now),
                            ": city time never runs backwards; start with another data directory, "
                            "or set force to go back anyway"));
  }
  const absl::Duration jumped = JumpedBy(machine_now, limits);
  *this = CityClockState();
  // After a forced return city time is the wall time again; readings ahead of it stay stored.
  reached_ = std::min(reached, machine_now);
  as_of_ = machine_now;
  jumped_ = jumped;
  return absl::OkStatus();
}

absl::Status CityClockState::SetReplay(const common::v1::SetClockRequest& request,
                                       absl::Time machine_now, absl::Time reached,
                                       absl::Time latest_reading, const ClockLimits& limits) {
  if (!request.has_city_time()) return runtime::BadField("city_time", "is required in a replay");
  absl::Time city_time = FromProtoTime(request.city_time());
  if (city_time < kFirst || city_time > kLast) {
    return runtime::BadField("city_time", "must lie between 1970 and 3225");
  }
  if (!(request.speed() >= 0.01 && request.speed() <= 3600)) {
    return runtime::BadField("speed", "must be 0.01 to 3600 city seconds per wall second");
  }
  absl::Duration hold_after = kHoldAfterDefault;
  if (request.has_hold_after()) {
    hold_after = absl::Seconds(request.hold_after().seconds()) +
                 absl::Nanoseconds(request.hold_after().nanos());
    if (hold_after <= absl::ZeroDuration() || hold_after > kHoldAfterMax) {
      return runtime::BadField("hold_after", "must be over 0 s and at most 60 s");
    }
  }
  if (request.scenario().size() > kNameMax || request.driver_id().size() > kNameMax) {
    return runtime::BadField("scenario", "scenario and driver_id have at most 128 bytes");
  }
  const bool same_driver = replay_ && request.driver_id() == driver_id_;
  RETURN_IF_ERROR(CheckDriver(request, machine_now));
  absl::Duration jumped = JumpedBy(machine_now, limits);
  // A wrong year could not be undone. A city without readings has nothing to lose.
  if (latest_reading != absl::InfinitePast()) {
    const absl::Time furthest = std::max({machine_now, reached, latest_reading});
    const absl::Duration jump = std::max(city_time - furthest, absl::ZeroDuration());
    if (jumped + jump > limits.ahead_max) {
      return TooFarAhead(city_time, furthest, limits.ahead_max - jumped, limits);
    }
    jumped += jump;
  }
  if (city_time < reached) {
    // Between two calls of its driver the clock continues by itself. It may then be ahead of the
    // driver by the duration of the calls, or by the time that it ran before it held, including
    // over a restart. That is not a step back: the clock waits for the driver.
    const absl::Duration ran_on = std::max(speed_ * hold_after_, ran_on_);
    const bool ran_ahead = same_driver && reached - city_time <= ran_on;
    if (!ran_ahead) {
      return Backwards(StrCat("city_time ", Text(city_time), " lies before ", Text(reached),
                              ", which the city has reached: advance the scenario's date"));
    }
    city_time = reached;
  }
  replay_ = true;
  city_time_ = city_time;
  as_of_ = machine_now;
  speed_ = request.speed();
  hold_after_ = hold_after;
  ran_on_ = absl::ZeroDuration();
  scenario_ = request.scenario();
  loop_count_ = request.loop_count();
  driver_id_ = request.driver_id();
  reached_ = absl::InfinitePast();
  jumped_ = jumped;
  return absl::OkStatus();
}

std::string CityClockState::Encode() const {
  std::string out(1, static_cast<char>(kVersion));
  out.push_back(replay_ ? 1 : 0);
  // On the wall clock only the time reached is stored.
  const absl::Time city_time = replay_ ? city_time_ : std::max(reached_, kFirst);
  storage::PutVarint(out, storage::ZigZag(Micros(city_time)));
  storage::PutVarint(out, storage::ZigZag(Micros(as_of_)));
  storage::PutDouble(out, speed_);
  storage::PutVarint(out, static_cast<std::uint64_t>(absl::ToInt64Microseconds(hold_after_)));
  storage::PutText(out, scenario_);
  storage::PutVarint(out, storage::ZigZag(loop_count_));
  storage::PutText(out, driver_id_);
  storage::PutVarint(out, static_cast<std::uint64_t>(absl::ToInt64Microseconds(jumped_)));
  return out;
}

absl::StatusOr<CityClockState> CityClockState::Restore(std::string_view bytes,
                                                       absl::Time machine_now) {
  storage::ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const std::uint8_t version, reader.ReadByte());
  if (version < 1 || version > kVersion) {
    return absl::DataLossError(StrCat("the stored city clock has version ", int{version},
                                      ", and this program reads 1 to ", int{kVersion}));
  }
  ASSIGN_OR_RETURN(const std::uint8_t replay, reader.ReadByte());
  CityClockState state;
  state.replay_ = replay != 0;
  ASSIGN_OR_RETURN(state.city_time_, ReadMicros(reader));
  ASSIGN_OR_RETURN(state.as_of_, ReadMicros(reader));
  ASSIGN_OR_RETURN(state.speed_, reader.ReadDouble());
  const std::uint64_t hold_max =
      static_cast<std::uint64_t>(absl::ToInt64Microseconds(kHoldAfterMax));
  ASSIGN_OR_RETURN(const std::uint64_t hold_us, reader.ReadVarintUpTo(hold_max, "hold_after"));
  ASSIGN_OR_RETURN(const std::string_view scenario, reader.ReadText(kNameMax));
  ASSIGN_OR_RETURN(const std::uint64_t loop_count, reader.ReadVarint());
  ASSIGN_OR_RETURN(const std::string_view driver_id, reader.ReadText(kNameMax));
  std::uint64_t jumped_us = 0;
  if (version >= 2) {
    const std::uint64_t jumped_max = static_cast<std::uint64_t>(Micros(kLast));
    ASSIGN_OR_RETURN(jumped_us, reader.ReadVarintUpTo(jumped_max, "jumped"));
  }
  RETURN_IF_ERROR(reader.ExpectEnd());
  if (!(state.speed_ >= 0.01 && state.speed_ <= 3600) || state.city_time_ < kFirst ||
      state.city_time_ > kLast) {
    return absl::DataLossError("the stored city clock is invalid");
  }
  state.hold_after_ = absl::Microseconds(static_cast<std::int64_t>(hold_us));
  state.scenario_ = std::string(scenario);
  state.loop_count_ = static_cast<int>(storage::UnZigZag(loop_count));
  state.driver_id_ = std::string(driver_id);
  state.jumped_ = absl::Microseconds(static_cast<std::int64_t>(jumped_us));
  if (!state.replay_) {
    if (state.city_time_ > kFirst) state.reached_ = state.city_time_;
    return state;
  }
  // The clock's time at the end of the process is unknown; only its maximum is known.
  const absl::Time latest = state.Now(machine_now);
  state.ran_on_ = latest - state.city_time_;
  state.city_time_ = latest;
  state.as_of_ = machine_now;
  state.hold_after_ = absl::ZeroDuration();
  return state;
}

}  // namespace citylayers::readings
