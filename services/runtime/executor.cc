#include "services/runtime/executor.h"

#include <utility>

namespace citylayers::runtime {

Executor::Executor(int threads, std::size_t queue_max) : queue_max_(queue_max) {
  threads_.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

Executor::~Executor() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

bool Executor::TryPost(std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  if (stopping_ || calls_.size() >= queue_max_) return false;
  calls_.push_back(std::move(task));
  return true;
}

void Executor::Post(std::function<void()> task, Lane lane) {
  absl::MutexLock lock(&mutex_);
  (lane == Lane::kCalls ? calls_ : streams_).push_back(std::move(task));
}

std::function<void()> Executor::TakeNext() {
  const bool stream = calls_.empty() || (streams_turn_ && !streams_.empty());
  streams_turn_ = !stream;
  Queue& queue = stream ? streams_ : calls_;
  std::function<void()> task = std::move(queue.front());
  queue.pop_front();
  return task;
}

void Executor::Run() {
  while (true) {
    std::function<void()> task;
    {
      absl::MutexLock lock(&mutex_);
      const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
        return stopping_ || !calls_.empty() || !streams_.empty();
      };
      mutex_.Await(absl::Condition(&ready));
      if (calls_.empty() && streams_.empty()) return;
      task = TakeNext();
    }
    task();
  }
}

}  // namespace citylayers::runtime
