// The interface by which a replay waits, so that tests run without waiting.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_PACER_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_PACER_H_

#include "absl/time/time.h"

namespace citylayers::replay {

/// The machine's clock and sleep. Thread-safe.
class Pacer {
 public:
  virtual ~Pacer() = default;
  virtual absl::Time Now() = 0;
  /// Sleeps; returns false at once when the replay is to stop.
  virtual bool Sleep(absl::Duration duration) = 0;
  virtual bool stopped() = 0;
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_PACER_H_
