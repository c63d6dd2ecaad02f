// The asynchronous calls under way of one owner.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_GROUP_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_GROUP_H_

#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace citylayers::runtime {

/// Counts calls whose callbacks use their owner, so that the owner can wait for their end before it
/// is destroyed. It does not cancel calls. Thread-safe.
///
///   if (!calls_.Begin()) return;
///   stub_->async()->GetTile(..., [this](const grpc::Status& status) {
///     OnTile(status);
///     calls_.Done();
///   });
class CallGroup {
 public:
  CallGroup() = default;
  /// Ends the group. An owner calls End() first, while the members that its calls use exist.
  ~CallGroup() { End(); }
  CallGroup(const CallGroup&) = delete;
  CallGroup& operator=(const CallGroup&) = delete;

  /// Counts one call. False once the group is closed: the call must not begin.
  [[nodiscard]] bool Begin();
  /// Ends one call that Begin() has counted. The last action of its callback: the owner may be
  /// destroyed then.
  void Done();
  /// From now on no call begins.
  void Close();
  /// Closes the group and waits until no call is under way. Idempotent. REQUIRES: not called by a
  /// callback of the group, and without a lock that one acquires.
  void End();

 private:
  bool IsIdle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return calls_ == 0; }

  absl::Mutex mutex_;
  std::size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_GROUP_H_
