#include "services/gateway/aside_thread.h"

#include <utility>

namespace citylayers::gateway {

bool AsideThread::TryPost(std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  return executor_ != nullptr && executor_->TryPost(std::move(task));
}

bool AsideThread::Post(std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  if (executor_ == nullptr) return false;
  executor_->Post(std::move(task));
  return true;
}

void AsideThread::End() {
  std::unique_ptr<runtime::Executor> ended;
  {
    absl::MutexLock lock(&mutex_);
    ended = std::move(executor_);
  }
  // Joined without the lock: its last tasks may still acquire it.
}

}  // namespace citylayers::gateway
