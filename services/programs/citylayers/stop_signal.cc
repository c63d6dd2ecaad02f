#include "services/programs/citylayers/stop_signal.h"

#include <utility>

#include "absl/time/clock.h"
#include <pthread.h>
#include <unistd.h>

namespace citylayers::cli {
namespace {

constexpr int kInterrupted = 130;  // exit code of shells for SIGINT

}  // namespace

StopSignal::StopSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &old_mask_);
  thread_ = std::thread([this] { Wait(); });
}

StopSignal::~StopSignal() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  // The thread waits for it with sigwait and is not ended by it.
  pthread_kill(thread_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
}

void StopSignal::Wait() {
  while (true) {
    int number = 0;
    sigwait(&signals_, &number);
    absl::MutexLock lock(&mutex_);
    if (ending_) return;
    if (std::exchange(stopped_, true)) _exit(kInterrupted);
    if (on_stop_) on_stop_();
  }
}

absl::Time StopSignal::Now() { return absl::Now(); }

bool StopSignal::Sleep(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&stopped_), duration);
  return !stopped_;
}

bool StopSignal::stopped() {
  absl::MutexLock lock(&mutex_);
  return stopped_;
}

void StopSignal::OnStop(std::function<void()> on_stop) {
  absl::MutexLock lock(&mutex_);
  on_stop_ = std::move(on_stop);
  if (stopped_ && on_stop_) on_stop_();
}

}  // namespace citylayers::cli
