#include "services/programs/citylayers/stop_signal.h"

#include <utility>

#include "absl/time/clock.h"
#include <semaphore.h>
#include <unistd.h>

namespace citylayers::cli {
namespace {

constexpr int kInterrupted = 130;  // exit code of shells for SIGINT

// Posted for each signal: all that a handler may do. A handler, and not sigwait, because any thread
// may receive the signal, those of gRPC included, whenever they were started.
sem_t g_arrived;

}  // namespace

StopSignal::StopSignal() {
  sem_init(&g_arrived, /*pshared=*/0, 0);
  struct sigaction action {};
  action.sa_handler = [](int) { sem_post(&g_arrived); };
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &old_interrupt_);
  sigaction(SIGTERM, &action, &old_terminate_);
  thread_ = std::thread([this] { Wait(); });
}

StopSignal::~StopSignal() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
  sem_post(&g_arrived);
  thread_.join();
}

void StopSignal::Wait() {
  while (true) {
    while (sem_wait(&g_arrived) != 0) {  // interrupted by another signal
    }
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
