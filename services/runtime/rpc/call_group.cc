#include "services/runtime/rpc/call_group.h"

namespace citylayers::runtime {

bool CallGroup::Begin() {
  absl::MutexLock lock(&mutex_);
  if (closed_) return false;
  ++calls_;
  return true;
}

void CallGroup::Done() {
  absl::MutexLock lock(&mutex_);
  --calls_;
}

void CallGroup::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
}

void CallGroup::End() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  mutex_.Await(absl::Condition(this, &CallGroup::IsIdle));
}

}  // namespace citylayers::runtime
