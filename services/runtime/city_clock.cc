#include "services/runtime/city_clock.h"

#include <algorithm>

#include "proto/support/proto_time.h"

namespace citylayers::runtime {

absl::Time CityClock::Now() const {
  const absl::Time machine_now = machine_.Now();
  absl::MutexLock lock(&mutex_);
  switch (state_.mode()) {
    case common::v1::CLOCK_MODE_REPLAY: {
      const absl::Time now =
          FromProtoTime(state_.city_time()) + state_.speed() * (machine_now - received_);
      return std::min(now, FromProtoTime(state_.hold_time()));
    }
    case common::v1::CLOCK_MODE_WALL:
      return FromProtoTime(state_.city_time()) + (machine_now - received_);
    default:
      return machine_now;
  }
}

void CityClock::Set(const common::v1::CityClock& state) {
  const absl::Time now = machine_.Now();
  absl::MutexLock lock(&mutex_);
  state_ = state;
  received_ = now;
}

common::v1::CityClock CityClock::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

}  // namespace citylayers::runtime
