#include "services/gateway/translation_thread.h"

#include <utility>

namespace citylayers::gateway {

bool TranslationThread::TryPost(std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  return executor_ != nullptr && executor_->TryPost(std::move(task));
}

bool TranslationThread::Post(std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  if (executor_ == nullptr) return false;
  executor_->Post(std::move(task));
  return true;
}

void TranslationThread::End() {
  std::unique_ptr<runtime::Executor> ended;
  {
    absl::MutexLock lock(&mutex_);
    ended = std::move(executor_);
  }
  // Joined without the lock: its last tasks may still acquire it.
}

}  // namespace citylayers::gateway
