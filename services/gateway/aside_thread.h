// A thread for work that takes too long for the threads that serve clients.
#ifndef CITYLAYERS_SERVICES_GATEWAY_ASIDE_THREAD_H_
#define CITYLAYERS_SERVICES_GATEWAY_ASIDE_THREAD_H_

#include <cstddef>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "services/runtime/executor.h"

namespace citylayers::gateway {

/// Calls under way hold it as well, and may outlive its owner, who ends it. Thread-safe.
class AsideThread {
 public:
  /// `waiting_max`: of TryPost's tasks.
  explicit AsideThread(std::size_t waiting_max)
      : executor_(std::make_unique<runtime::Executor>(1, waiting_max)) {}

  /// Queues a task; false when too many wait, or after End.
  [[nodiscard]] bool TryPost(std::function<void()> task);
  /// Queues a task; false after End.
  [[nodiscard]] bool Post(std::function<void()> task);

  /// Runs what is queued and takes no more. Called by the owner, not by a task.
  void End();

 private:
  absl::Mutex mutex_;
  std::unique_ptr<runtime::Executor> executor_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_ASIDE_THREAD_H_
