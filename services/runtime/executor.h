// A fixed pool of threads with two queues.
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

/// Runs tasks on its own threads, so that gRPC's few callback threads never block. Calls and steps
/// of streams have separate queues, which are served in turn: when a change wakes a thousand
/// streams at once, a call waits for one of their steps and not for all. Thread-safe.
class Executor {
 public:
  enum class Lane { kCalls, kStreams };

  /// `queue_max` limits the queue of calls. REQUIRES: threads >= 1, queue_max >= 1.
  Executor(int threads, std::size_t queue_max);
  /// Runs the queued tasks, then joins.
  ~Executor();

  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Queues a call. Returns false when the queue is full or the executor shuts down; the task is
  /// then dropped and the caller must answer.
  [[nodiscard]] bool TryPost(std::function<void()> task);
  /// Queues `task` regardless of the queue's length. For steps of calls that are already admitted.
  void Post(std::function<void()> task, Lane lane = Lane::kCalls);

 private:
  using Queue = std::deque<std::function<void()>>;

  void Run();
  // REQUIRES: at least one queue is not empty.
  std::function<void()> TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::size_t queue_max_;
  absl::Mutex mutex_;
  Queue calls_ ABSL_GUARDED_BY(mutex_);
  Queue streams_ ABSL_GUARDED_BY(mutex_);
  bool streams_turn_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_EXECUTOR_H_
