// A request to stop, which ends calls and pauses from another thread.
#ifndef CITYLAYERS_CLIENT_STOP_H_
#define CITYLAYERS_CLIENT_STOP_H_

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace citylayers::client {

/// Serves one call at a time, because it has one function to run. Thread-safe.
class Stop {
 public:
  virtual ~Stop() = default;
  virtual bool stopped() = 0;
  /// Sleeps; returns false as soon as it is stopped.
  virtual bool Sleep(absl::Duration duration) = 0;
  /// Sets the function to run when stopped, on the thread that stops, or at once when already
  /// stopped. An empty function removes it: after the return the earlier one does not run.
  virtual void OnStop(std::function<void()> on_stop) = 0;
};

/// A Stop that the program itself requests.
class ManualStop final : public Stop {
 public:
  /// Idempotent.
  void Request();

  bool stopped() override;
  bool Sleep(absl::Duration duration) override;
  void OnStop(std::function<void()> on_stop) override;

 private:
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void()> on_stop_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::client

#endif  // CITYLAYERS_CLIENT_STOP_H_
