// The interface of the city clock. Pure logic takes an absl::Time; code that needs the current time
// is passed a Clock.
#ifndef CITYLAYERS_BASE_CLOCK_H_
#define CITYLAYERS_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace citylayers {

/// A clock of city time, the time base of all data: ages, decay, rule durations, CAP
/// `sent`. Deadlines, keepalive and metrics use the monotonic clock instead.
/// Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

/// The machine's wall clock.
class WallClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_CLOCK_H_
