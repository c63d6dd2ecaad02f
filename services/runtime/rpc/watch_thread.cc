#include "services/runtime/rpc/watch_thread.h"

#include "services/runtime/log.h"

namespace citylayers::runtime {

void WatchThread::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
    stopped_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void WatchThread::Reopen() {
  const std::lock_guard lock(mutex_);
  if (context_ != nullptr) context_->TryCancel();
}

bool WatchThread::Begin(std::shared_ptr<grpc::ClientContext> context) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  context->set_wait_for_ready(true);
  context_ = std::move(context);
  return true;
}

void WatchThread::SetConnected(bool connected, const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (connected && !connected_ && reported_) LogInfo("stream connected again", {{"stream", what_}});
  if (!connected && !stopping_ && !reported_) {
    LogWarning("stream interrupted, trying again", {{"stream", what_}, {"why", why}});
  }
  reported_ = connected ? false : true;
  connected_ = connected;
}

bool WatchThread::Pause(absl::Duration delay) {
  std::unique_lock lock(mutex_);
  context_ = nullptr;
  return !stopped_.wait_for(lock, absl::ToChronoNanoseconds(delay), [this] { return stopping_; });
}

}  // namespace citylayers::runtime
