// Runs things later, on one thread.
#ifndef CITYLAYERS_SERVICES_RUNTIME_TIMER_H_
#define CITYLAYERS_SERVICES_RUNTIME_TIMER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace citylayers::runtime {

/// Calls functions after a delay. Thread-safe. Functions run on the timer's thread: they must be
/// short and not block. At destruction what is pending is dropped.
class Timer {
 public:
  Timer();
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void After(absl::Duration delay, std::function<void()> task);

 private:
  void Run();

  absl::Mutex mutex_;
  std::multimap<absl::Time, std::function<void()>> pending_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::CondVar changed_;
  std::thread thread_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_TIMER_H_
