// The waiting streams of one producer.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_WAKER_LIST_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_WAKER_LIST_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "services/runtime/rpc/stream_source.h"

namespace citylayers::runtime {

/// Holds the wakers of streams that wait for one producer, while they exist. Memory is bounded by
/// twice the number of live wakers, or kSwept. Thread-safe.
class WakerList {
 public:
  static constexpr std::size_t kSwept = 64;

  /// O(1) on average.
  void Add(std::weak_ptr<Waker> waker) {
    absl::MutexLock lock(&mutex_);
    if (wakers_.size() >= sweep_at_) {
      // Without changes no waker is woken, but streams still come and go.
      std::erase_if(wakers_, [](const auto& weak) { return weak.expired(); });
      sweep_at_ = std::max(kSwept, 2 * wakers_.size());
    }
    wakers_.push_back(std::move(waker));
  }

  /// Wakes all, outside of the lock.
  void WakeAll() {
    std::vector<std::shared_ptr<Waker>> alive;
    {
      absl::MutexLock lock(&mutex_);
      std::erase_if(wakers_, [&alive](const std::weak_ptr<Waker>& weak) {
        std::shared_ptr<Waker> waker = weak.lock();
        if (waker == nullptr) return true;
        alive.push_back(std::move(waker));
        return false;
      });
    }
    for (const auto& waker : alive) waker->Wake();
  }

  /// Wakers held, including expired ones that are not yet swept.
  std::size_t size() const {
    absl::MutexLock lock(&mutex_);
    return wakers_.size();
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::weak_ptr<Waker>> wakers_ ABSL_GUARDED_BY(mutex_);
  std::size_t sweep_at_ ABSL_GUARDED_BY(mutex_) = kSwept;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_WAKER_LIST_H_
