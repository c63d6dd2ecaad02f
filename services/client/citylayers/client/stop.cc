#include "citylayers/client/stop.h"

#include <utility>

namespace citylayers::client {

// The function runs under the lock: OnStop({}) therefore waits until it has returned.
void ManualStop::Request() {
  absl::MutexLock lock(&mutex_);
  if (!std::exchange(stopped_, true) && on_stop_) on_stop_();
}

bool ManualStop::stopped() {
  absl::MutexLock lock(&mutex_);
  return stopped_;
}

bool ManualStop::Sleep(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopped_), duration);
}

void ManualStop::OnStop(std::function<void()> on_stop) {
  absl::MutexLock lock(&mutex_);
  on_stop_ = std::move(on_stop);
  if (stopped_ && on_stop_) on_stop_();
}

}  // namespace citylayers::client
