#include "services/runtime/timer.h"

#include <algorithm>
#include <utility>

namespace citylayers::runtime {

Timer::Timer() : thread_([this] { Run(); }) {}

Timer::~Timer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

void Timer::After(absl::Duration delay, std::function<void()> task) {
  // A year stands for "never", and keeps the sum of clock and delay within range.
  const auto bounded = absl::ToChronoNanoseconds(std::min(delay, absl::Hours(24 * 365)));
  const std::lock_guard lock(mutex_);
  const auto it = pending_.emplace(Clock::now() + bounded, std::move(task));
  if (it == pending_.begin()) changed_.notify_one();
}

void Timer::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (pending_.empty()) {
      changed_.wait(lock);
    } else if (const Clock::time_point due = pending_.begin()->first; due > Clock::now()) {
      changed_.wait_until(lock, due);
    } else {
      std::function<void()> task = std::move(pending_.begin()->second);
      pending_.erase(pending_.begin());
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    }
  }
}

}  // namespace citylayers::runtime
