#include "services/programs/citylayers/stream_deadline.h"

#include <utility>

namespace citylayers::cli {

StreamDeadline::StreamDeadline(absl::Duration limit, std::function<void()> expire)
    : limit_(limit), expire_(std::move(expire)), thread_([this] { Watch(); }) {}

StreamDeadline::~StreamDeadline() {
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
  }
  thread_.join();
}

bool StreamDeadline::expired() const {
  absl::MutexLock lock(&mutex_);
  return expired_;
}

void StreamDeadline::SetWaiting(bool waiting) {
  absl::MutexLock lock(&mutex_);
  waiting_ = waiting;
  ++wait_number_;
}

void StreamDeadline::Watch() {
  absl::MutexLock lock(&mutex_);
  while (!ended_) {
    mutex_.Await(absl::Condition(this, &StreamDeadline::WaitsOrEnds));
    if (ended_) return;
    watched_ = wait_number_;
    if (mutex_.AwaitWithTimeout(absl::Condition(this, &StreamDeadline::HasMovedOn), limit_)) {
      continue;
    }
    expired_ = true;
    mutex_.Unlock();
    expire_();
    mutex_.Lock();
    return;
  }
}

}  // namespace citylayers::cli
