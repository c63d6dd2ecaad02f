// A function that a timer calls for one owner.
#ifndef CITYLAYERS_SERVICES_RUNTIME_DELAYED_TASK_H_
#define CITYLAYERS_SERVICES_RUNTIME_DELAYED_TASK_H_

#include <functional>
#include <memory>

#include "absl/time/time.h"

#include "services/runtime/timer.h"

namespace citylayers::runtime {

/// At most one pending function. After Stop() or the destructor no function runs, so that it may
/// use its owner without a weak pointer. Thread-safe.
///
///   class Poller {
///     void Poll() { ...; next_.Set(absl::Seconds(1), [this] { Poll(); }); }
///     runtime::DelayedTask next_;  // after the members that Poll uses: destroyed before them
///   };
class DelayedTask {
 public:
  /// `timer` must exist at each Set().
  explicit DelayedTask(Timer& timer);
  ~DelayedTask();
  DelayedTask(const DelayedTask&) = delete;
  DelayedTask& operator=(const DelayedTask&) = delete;

  /// Calls `function` after `delay` on the timer's thread, instead of the pending function; a
  /// running one continues. Never waits. No effect after Stop().
  void Set(absl::Duration delay, std::function<void()> function);
  /// Drops the pending function and waits for a running one, unless that one is the caller.
  /// Idempotent. REQUIRES: the caller holds no lock that the function acquires.
  void Stop();

 private:
  struct State;

  Timer& timer_;
  const std::shared_ptr<State> state_;  // shared with the timer, which may keep it for longer
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_DELAYED_TASK_H_
