// A timeout for calls whose client does not read the bytes sent to it.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_WRITE_WATCH_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_WRITE_WATCH_H_

#include <cstdint>
#include <functional>
#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/runtime/delayed_task.h"
#include "services/runtime/memory_budget.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/timer.h"

namespace citylayers::runtime {

/// Tracks every write in progress and cancels the call of one that lasts longer than `timeout`,
/// because its bytes wait in memory for a client that does not read. While more than half of
/// `streams` is taken, `timeout_under_pressure` applies. A write costs two short locks and no
/// timer. Thread-safe.
class WriteWatch {
 public:
  struct Options {
    absl::Duration timeout = absl::Seconds(60);
    absl::Duration timeout_under_pressure = absl::Seconds(5);
    absl::Duration sweep_every = absl::Seconds(1);
    std::shared_ptr<MemoryShare> streams;  ///< may be nullptr
  };

  /// `on_cut` is called for each call that is ended, for a metric. It must not call this object.
  static std::shared_ptr<WriteWatch> Start(Options options, Timer& timer,
                                           std::function<void()> on_cut);

  /// A write in progress; destroy or end it when it is complete. Not thread-safe.
  class Write {
   public:
    Write() = default;
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;
    ~Write() { (void)End(); }
    /// `cancel` ends the call; it is not called after End() has returned. REQUIRES: not begun.
    void Begin(std::shared_ptr<WriteWatch> watch, std::function<void()> cancel);
    /// Returns whether the call was ended because of this write. No effect when it has not begun.
    bool End();

   private:
    friend class WriteWatch;
    struct Entry {
      std::function<void()> cancel;
      absl::Time since;  // by the monotonic clock
      bool cut = false;
    };
    std::shared_ptr<WriteWatch> watch_;
    std::list<Entry>::iterator entry_;
  };

  /// Cancels writes that wait too long at `now` (by the monotonic clock). Called by the timer.
  void Sweep(absl::Time now);

 private:
  WriteWatch(Options options, Timer& timer, std::function<void()> on_cut);
  void SweepLater();

  const Options options_;
  const std::function<void()> on_cut_;
  const MonotonicClock clock_;
  absl::Mutex mutex_;
  std::list<Write::Entry> writes_ ABSL_GUARDED_BY(mutex_);  // oldest first
  DelayedTask sweep_;                                       // last: it uses the others
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_WRITE_WATCH_H_
