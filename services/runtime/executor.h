// A fixed pool of threads behind a bounded queue.
#ifndef CITYLAYERS_SERVICES_RUNTIME_EXECUTOR_H_
#define CITYLAYERS_SERVICES_RUNTIME_EXECUTOR_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace citylayers::runtime {

/// Runs tasks on its own threads, so that gRPC's few callback threads never block. Thread-safe.
class Executor {
 public:
  /// REQUIRES: threads >= 1, queue_max >= 1.
  Executor(int threads, std::size_t queue_max);
  /// Runs what is queued, then joins.
  ~Executor();

  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Queues `task`; false when the queue is full or the executor shuts down (the task is dropped,
  /// the caller answers).
  [[nodiscard]] bool TryPost(std::function<void()> task);
  /// Queues `task` whatever the queue's length: for the steps of calls that were admitted already.
  void Post(std::function<void()> task);

  std::size_t queue_length() const;

 private:
  void Run();

  const std::size_t queue_max_;
  mutable absl::Mutex mutex_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_EXECUTOR_H_
