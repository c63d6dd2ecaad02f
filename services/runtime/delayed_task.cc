#include "services/runtime/delayed_task.h"

#include <cstdint>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace citylayers::runtime {

struct DelayedTask::State {
  // Calls the pending function if it is still the one of `number`.
  void Run(std::uint64_t number) {
    std::function<void()> function;
    {
      absl::MutexLock lock(&mutex);
      if (number != pending_number || !pending) return;
      function = std::exchange(pending, nullptr);
      is_running = true;
      runner = std::this_thread::get_id();
    }
    function();
    // What the function holds is destroyed before Stop returns.
    function = nullptr;
    absl::MutexLock lock(&mutex);
    is_running = false;
  }

  bool IsIdle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) { return !is_running; }

  absl::Mutex mutex;
  std::function<void()> pending ABSL_GUARDED_BY(mutex);
  std::uint64_t pending_number ABSL_GUARDED_BY(mutex) = 0;
  bool stopped ABSL_GUARDED_BY(mutex) = false;
  bool is_running ABSL_GUARDED_BY(mutex) = false;
  std::thread::id runner ABSL_GUARDED_BY(mutex);  // while is_running
};

DelayedTask::DelayedTask(Timer& timer) : timer_(timer), state_(std::make_shared<State>()) {}

DelayedTask::~DelayedTask() { Stop(); }

void DelayedTask::Set(absl::Duration delay, std::function<void()> function) {
  std::uint64_t number;
  std::function<void()> dropped;  // destroyed without the lock
  {
    absl::MutexLock lock(&state_->mutex);
    if (state_->stopped) return;
    dropped = std::exchange(state_->pending, std::move(function));
    number = ++state_->pending_number;
  }
  timer_.After(delay, [state = state_, number] { state->Run(number); });
}

void DelayedTask::Stop() {
  {
    std::function<void()> dropped;  // destroyed without the lock
    absl::MutexLock lock(&state_->mutex);
    state_->stopped = true;
    dropped.swap(state_->pending);
  }
  absl::MutexLock lock(&state_->mutex);
  if (state_->is_running && state_->runner == std::this_thread::get_id()) return;
  state_->mutex.Await(absl::Condition(state_.get(), &State::IsIdle));
}

}  // namespace citylayers::runtime
