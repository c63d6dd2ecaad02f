// A thread that translates large messages, which would block the threads that serve clients.
#ifndef CITYLAYERS_SERVICES_GATEWAY_TRANSLATION_THREAD_H_
#define CITYLAYERS_SERVICES_GATEWAY_TRANSLATION_THREAD_H_

#include <cstddef>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "services/runtime/executor.h"

namespace citylayers::gateway {

/// The owner creates and ends it. Calls under way share it, and may outlive the owner. Thread-safe.
class TranslationThread {
 public:
  /// `waiting_max`: maximum number of tasks that TryPost queues.
  explicit TranslationThread(std::size_t waiting_max)
      : executor_(std::make_unique<runtime::Executor>(1, waiting_max)) {}

  /// Queues a task; false when too many wait, or after End.
  [[nodiscard]] bool TryPost(std::function<void()> task);
  /// Queues a task; false after End.
  [[nodiscard]] bool Post(std::function<void()> task);

  /// Runs the queued tasks and accepts no more. Called by the owner, not by a task.
  void End();

 private:
  absl::Mutex mutex_;
  std::unique_ptr<runtime::Executor> executor_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_TRANSLATION_THREAD_H_
