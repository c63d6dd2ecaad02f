// A thread that calls a function periodically.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TICK_THREAD_H_
#define CITYLAYERS_SERVICES_RUNTIME_TICK_THREAD_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/time.h"

namespace citylayers::runtime {

/// Calls `tick` every `period`, measured from the start of one call to the start of the next,
/// until Stop or destruction, which wait for a running call. A long call delays the next one;
/// missed calls are not made up for. Uses the monotonic clock: setting the machine's wall
/// clock has no effect.
class TickThread {
 public:
  TickThread(absl::Duration period, std::function<void()> tick)
      : thread_([this, period = absl::ToChronoNanoseconds(period), tick = std::move(tick)] {
          Clock::time_point next = Clock::now();
          while (!StoppedBy(next)) {
            tick();
            next = std::max(next + period, Clock::now());
          }
        }) {}
  ~TickThread() { Stop(); }
  TickThread(const TickThread&) = delete;
  TickThread& operator=(const TickThread&) = delete;

  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      stopped_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool StoppedBy(Clock::time_point time) {
    std::unique_lock lock(mutex_);
    return stopped_.wait_until(lock, time, [this] { return stopping_; });
  }

  // Standard library types, because absl::Mutex waits by the wall clock.
  std::mutex mutex_;
  std::condition_variable stopped_;  // with mutex_
  bool stopping_ = false;            // guarded by mutex_
  std::thread thread_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TICK_THREAD_H_
