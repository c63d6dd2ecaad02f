// SIGINT and SIGTERM as an event that a command can wait for.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_STOP_SIGNAL_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_STOP_SIGNAL_H_

#include <csignal>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "citylayers/client/stop.h"
#include "services/tools/replay/pacer.h"

namespace citylayers::cli {

/// On the first SIGINT or SIGTERM of the process, calls `on_stop` and makes stopped() true; the
/// second ends the process at once with exit code 130. While it lives it handles the signals in
/// place of the process's earlier handlers, which it restores; also where a shell has made a
/// program in the background ignore them. One at a time. Also the pacer of a replay, whose sleep a
/// signal ends.
class StopSignal final : public client::Stop, public replay::Pacer {
 public:
  StopSignal();
  ~StopSignal() override;
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  absl::Time Now() override;
  bool Sleep(absl::Duration duration) override;
  bool stopped() override;

  /// Sets a function to call when stopped, e.g. to cancel a call; it is called from another thread,
  /// at once when the signal has already arrived. An empty function removes it: after the return
  /// the earlier one does not run.
  void OnStop(std::function<void()> on_stop) override;

 private:
  void Wait();

  struct sigaction old_interrupt_ {};
  struct sigaction old_terminate_ {};
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void()> on_stop_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_STOP_SIGNAL_H_
