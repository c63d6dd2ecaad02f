// A deadline for each wait of a stream, instead of the whole stream.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_STREAM_DEADLINE_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_STREAM_DEADLINE_H_

#include <cstdint>
#include <functional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace citylayers::cli {

/// Calls `expire` once when one wait exceeds `limit`. Time between the waits, such as printing into
/// a slow pipe, is not limited. Used by one thread; `expire` runs on another one.
/// on another one.
///
///   StreamDeadline deadline(absl::Seconds(10), [&context] { context.TryCancel(); });
///   while (deadline.During([&] { return reader->Read(&message); })) ...
///   if (deadline.expired()) ...
class StreamDeadline {
 public:
  StreamDeadline(absl::Duration limit, std::function<void()> expire);
  ~StreamDeadline();
  StreamDeadline(const StreamDeadline&) = delete;
  StreamDeadline& operator=(const StreamDeadline&) = delete;

  /// Runs `wait` and returns its result.
  template <typename Wait>
  auto During(Wait wait) {
    SetWaiting(true);
    auto result = wait();
    SetWaiting(false);
    return result;
  }
  bool expired() const;

 private:
  void SetWaiting(bool waiting);
  void Watch();
  bool WaitsOrEnds() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return waiting_ || ended_; }
  bool HasMovedOn() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return ended_ || wait_number_ != watched_;
  }

  const absl::Duration limit_;
  const std::function<void()> expire_;
  mutable absl::Mutex mutex_;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool expired_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t wait_number_ ABSL_GUARDED_BY(mutex_) = 0;  // changes when a wait begins or ends
  std::uint64_t watched_ ABSL_GUARDED_BY(mutex_) = 0;      // the wait that the watch thread times
  std::thread thread_;
};

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_STREAM_DEADLINE_H_
