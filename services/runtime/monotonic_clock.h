// A clock that never goes back, for deadlines, intervals and metrics.
#ifndef CITYLAYERS_SERVICES_RUNTIME_MONOTONIC_CLOCK_H_
#define CITYLAYERS_SERVICES_RUNTIME_MONOTONIC_CLOCK_H_

#include <chrono>

#include "base/clock.h"

namespace citylayers::runtime {

/// Counts from the machine's start, independent of changes to its wall clock. Differences are
/// meaningful; dates are not.
class MonotonicClock final : public Clock {
 public:
  absl::Time Now() const override {
    return absl::UnixEpoch() +
           absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
};

/// The time of a MonotonicClock, for pauses and timeouts: a step of the wall clock must neither
/// end nor prolong one.
inline absl::Time MonotonicNow() { return MonotonicClock().Now(); }

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_MONOTONIC_CLOCK_H_
