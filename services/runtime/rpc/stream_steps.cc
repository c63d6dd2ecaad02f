#include "services/runtime/rpc/stream_steps.h"

#include <utility>

namespace citylayers::runtime::detail {

StreamSteps::StreamSteps(std::function<void()> step, Executor& executor, Timer& timer)
    : step_(std::move(step)), executor_(executor), timer_(timer) {}

void StreamSteps::Queue() {
  absl::MutexLock lock(&mutex_);
  QueueLocked();
}

void StreamSteps::QueueLocked() {
  state_ = State::kQueued;
  executor_.Post([self = shared_from_this()] { self->Run(); }, Executor::Lane::kStreams);
}

void StreamSteps::Wake() {
  absl::MutexLock lock(&mutex_);
  WakeLocked();
}

void StreamSteps::WakeLocked() {
  if (is_attached_ && state_ == State::kIdle) {
    QueueLocked();
  } else {
    is_woken_ = true;
  }
}

void StreamSteps::Run() {
  {
    absl::MutexLock lock(&mutex_);
    state_ = State::kStepping;
    is_woken_ = false;
    wake_by_ = absl::InfiniteFuture();
    if (!is_attached_) return;
  }
  step_();
}

// Steps between two firings share one timer: a stream that is woken often must not leave a timer,
// and with it a step, behind each time.
void StreamSteps::WakeAfter(absl::Duration wait) {
  absl::MutexLock lock(&mutex_);
  wake_by_ = clock_.Now() + wait;
  if (timer_due_ > wake_by_) ArmLocked();
}

void StreamSteps::ArmLocked() {
  timer_due_ = wake_by_;
  timer_.After(wake_by_ - clock_.Now(),
               [weak = weak_from_this(), generation = ++timer_generation_] {
                 if (auto steps = weak.lock()) steps->OnTimer(generation);
               });
}

void StreamSteps::OnTimer(std::int64_t generation) {
  absl::MutexLock lock(&mutex_);
  if (generation != timer_generation_) return;  // a newer timer was armed
  timer_due_ = absl::InfiniteFuture();
  if (!is_attached_ || wake_by_ == absl::InfiniteFuture()) return;
  if (clock_.Now() >= wake_by_) return WakeLocked();
  ArmLocked();  // there were steps meanwhile
}

void StreamSteps::GoIdle() {
  absl::MutexLock lock(&mutex_);
  if (is_woken_ || is_cancelled_) return QueueLocked();
  state_ = State::kIdle;
}

bool StreamSteps::Cancel() {
  absl::MutexLock lock(&mutex_);
  is_cancelled_ = true;
  if (state_ != State::kIdle) return false;
  state_ = State::kFinished;
  return true;
}

bool StreamSteps::cancelled() const {
  absl::MutexLock lock(&mutex_);
  return is_cancelled_;
}

void StreamSteps::Detach() {
  absl::MutexLock lock(&mutex_);
  is_attached_ = false;
  state_ = State::kFinished;
}

}  // namespace citylayers::runtime::detail
