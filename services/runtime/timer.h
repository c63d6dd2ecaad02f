// A thread that calls functions after a delay.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TIMER_H_
#define CITYLAYERS_SERVICES_RUNTIME_TIMER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "absl/time/time.h"

namespace citylayers::runtime {

/// Calls functions after a delay, by the monotonic clock: setting the machine's wall clock has no
/// effect. Thread-safe. Functions run on the timer's thread; they must be short and must not block.
/// The destructor drops the pending ones.
class Timer {
 public:
  Timer();
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void After(absl::Duration delay, std::function<void()> task);

 private:
  using Clock = std::chrono::steady_clock;

  void Run();

  // Standard library types, because absl::CondVar waits by the wall clock.
  std::mutex mutex_;
  std::condition_variable changed_;                                  // with mutex_
  std::multimap<Clock::time_point, std::function<void()>> pending_;  // guarded by mutex_
  bool stopping_ = false;                                            // guarded by mutex_
  std::thread thread_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TIMER_H_
