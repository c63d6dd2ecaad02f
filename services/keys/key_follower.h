// The keys of a process in which the module of keys does not run.
#ifndef CITYLAYERS_SERVICES_KEYS_KEY_FOLLOWER_H_
#define CITYLAYERS_SERVICES_KEYS_KEY_FOLLOWER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "base/clock.h"
#include "citylayers/access/v1/key_service.grpc.pb.h"
#include "services/access/access_control.h"
#include "services/keys/key_codec.h"
#include "services/runtime/module.h"
#include "services/runtime/rpc/watch_thread.h"

namespace citylayers::keys {

/// Follows the keys by WatchKeyRing and sets them. Keys that this program cannot read are logged
/// and refused; they do not delay changes of the others. While the other process is unavailable the
/// latest keys stay in force; before its first answer no key is accepted.
class KeyFollower final : public runtime::Follower {
 public:
  explicit KeyFollower(const runtime::ModuleContext& context);

  /// Whether the keys in force may be out of date, and since when. Thread-safe.
  std::vector<std::string> Notices() const override;

 private:
  void Apply(const v1::KeyRing& ring);
  void LogUnreadable(const ReadableKeys& read);
  void SetBehind(std::string what);
  void SetCurrent();

  const WallClock clock_;
  access::AccessControl& access_;
  const std::shared_ptr<v1::KeyService::Stub> stub_;
  std::map<std::string, std::string> unreadable_;  // reason by name; of the thread of watch_ only
  mutable absl::Mutex mutex_;
  // InfiniteFuture: the keys are current.
  absl::Time behind_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  std::string behind_what_ ABSL_GUARDED_BY(mutex_);
  runtime::WatchThread watch_;  // last: it uses the others
};

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEY_FOLLOWER_H_
