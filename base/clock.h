// The one source of city time. Pure logic takes an absl::Time; whoever needs "now" is handed a
// Clock.
#ifndef CITYLAYERS_BASE_CLOCK_H_
#define CITYLAYERS_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace citylayers {

/// Tells the time that data live by: ages, decay, rule durations, CAP `sent`. Deadlines, keepalive
/// and metrics use the monotonic clock instead. Implementations are thread-safe.
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
