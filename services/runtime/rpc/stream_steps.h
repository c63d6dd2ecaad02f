// When a stream takes its next step.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_STEPS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_STEPS_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/runtime/executor.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/timer.h"

namespace citylayers::runtime::detail {

/// Runs the steps of one stream on an executor, one at a time. Only the holder of the present state
/// may touch the gRPC stream:
///   idle (waiting for a wake) -> queued -> stepping, or writing its message -> queued -> finished.
/// Wakes and timers may hold it: it outlives the stream. Thread-safe.
class StreamSteps : public std::enable_shared_from_this<StreamSteps> {
 public:
  /// `timer` is used only by steps and by the timer itself. Begins as if a step was queued.
  StreamSteps(std::function<void()> step, Executor& executor, Timer& timer);

  /// Queues a step. REQUIRES: the caller holds the state, e.g. because a write was completed.
  void Queue();
  /// Queues a step when the stream is idle; otherwise it does not become idle.
  void Wake();
  /// Wakes after `wait` unless a step comes before.
  void WakeAfter(absl::Duration wait);
  /// Ends a step: the stream is idle, or another step is queued because a wake or a cancel came
  /// meanwhile.
  void GoIdle();
  /// True when the caller must end the stream: no other thread is using it.
  bool Cancel();
  bool cancelled() const;
  /// The stream is gone: no further step runs.
  void Detach();

 private:
  enum class State { kIdle, kQueued, kStepping, kFinished };

  void Run();
  void OnTimer(std::int64_t generation);
  void QueueLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WakeLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ArmLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<void()> step_;
  Executor& executor_;
  Timer& timer_;
  const MonotonicClock clock_;
  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kQueued;
  bool is_attached_ ABSL_GUARDED_BY(mutex_) = true;
  bool is_woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // The time at which an idle stream steps without a wake, and the timer for it, which is never
  // later.
  absl::Time wake_by_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  absl::Time timer_due_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  std::int64_t timer_generation_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace citylayers::runtime::detail

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_STEPS_H_
