// Retries calls while a server is unavailable or busy.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_RETRY_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_RETRY_H_

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/tools/replay/pacer.h"

namespace citylayers::replay {

struct RetryOptions {
  absl::Duration delay_min = absl::Milliseconds(250);
  absl::Duration delay_max = absl::Seconds(5);
  /// Maximum time of all tries; after it the last error is returned.
  absl::Duration give_up_after = absl::InfiniteDuration();
  /// Called once with the error when the first try fails, and once with OK when
  /// a try succeeds again.
  std::function<void(const absl::Status&)> on_change = [](const absl::Status&) {};
};

/// True for transient errors: the server is unavailable, restarting or busy. An oversize batch is
/// RESOURCE_EXHAUSTED as well, but has the reason BATCH_TOO_LARGE and is final.
bool IsPassing(const absl::Status& status);

/// Calls `attempt`, which returns a StatusOr, until it succeeds or returns an error that is not
/// transient. CANCELLED: the pacer was stopped.
template <typename Attempt>
auto Retry(Pacer& pacer, const RetryOptions& options, Attempt attempt) -> decltype(attempt()) {
  absl::Duration delay = options.delay_min;
  const absl::Time start = pacer.Now();
  bool failed = false;
  while (true) {
    auto result = attempt();
    if (result.ok() || !IsPassing(result.status())) {
      if (failed && result.ok()) options.on_change(absl::OkStatus());
      return result;
    }
    if (pacer.Now() - start >= options.give_up_after) return result;
    if (!std::exchange(failed, true)) options.on_change(result.status());
    if (!pacer.Sleep(delay)) return absl::CancelledError("stopped");
    delay = std::min(delay * 2, options.delay_max);
  }
}

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_RETRY_H_
