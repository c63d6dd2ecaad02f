// A thread that does one thing again and again.
#ifndef CITYLAYERS_SERVICES_LAYERS_TICK_THREAD_H_
#define CITYLAYERS_SERVICES_LAYERS_TICK_THREAD_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace citylayers::layers {

/// Calls `tick` every `period` (from the start of one call to the next; a long call delays, none
/// pile up) until Stop or destruction, which wait for a running call.
class TickThread {
 public:
  TickThread(absl::Duration period, std::function<void()> tick)
      : thread_([this, period, tick = std::move(tick)] {
          absl::Time next = absl::Now();
          while (!StoppedBy(next)) {
            tick();
            next = std::max(next + period, absl::Now());
          }
        }) {}
  ~TickThread() { Stop(); }
  TickThread(const TickThread&) = delete;
  TickThread& operator=(const TickThread&) = delete;

  void Stop() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  bool StoppedBy(absl::Time time) {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithDeadline(absl::Condition(&stopping_), time);
  }

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_TICK_THREAD_H_
