#include "services/runtime/watch_thread.h"

namespace citylayers::runtime {

void WatchThread::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  if (thread_.joinable()) thread_.join();
}

bool WatchThread::connected() const {
  absl::MutexLock lock(&mutex_);
  return connected_;
}

bool WatchThread::Begin(std::shared_ptr<grpc::ClientContext> context) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return false;
  context->set_wait_for_ready(true);
  context_ = std::move(context);
  return true;
}

void WatchThread::SetConnected(bool connected, const std::string& why) {
  absl::MutexLock lock(&mutex_);
  if (connected && (!connected_ && reported_)) spdlog::info("{}: connected again", what_);
  if (!connected && !stopping_ && !reported_)
    spdlog::warn("{}: interrupted, trying again: {}", what_, why);
  reported_ = connected ? false : true;
  connected_ = connected;
}

bool WatchThread::Pause(absl::Duration delay) {
  absl::MutexLock lock(&mutex_);
  context_ = nullptr;
  mutex_.AwaitWithTimeout(absl::Condition(&stopping_), delay);
  return !stopping_;
}

}  // namespace citylayers::runtime
