#include "services/runtime/timer.h"

#include <utility>

#include "absl/time/clock.h"

namespace citylayers::runtime {

Timer::Timer() : thread_([this] { Run(); }) {}

Timer::~Timer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  thread_.join();
}

void Timer::After(absl::Duration delay, std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  const auto it = pending_.emplace(absl::Now() + delay, std::move(task));
  if (it == pending_.begin()) changed_.Signal();
}

void Timer::Run() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    if (pending_.empty()) {
      changed_.Wait(&mutex_);
    } else if (pending_.begin()->first > absl::Now()) {
      changed_.WaitWithDeadline(&mutex_, pending_.begin()->first);
    } else {
      std::function<void()> task = std::move(pending_.begin()->second);
      pending_.erase(pending_.begin());
      mutex_.Unlock();
      task();
      task = nullptr;
      mutex_.Lock();
    }
  }
}

}  // namespace citylayers::runtime
