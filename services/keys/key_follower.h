// The keys of a process in which the module of keys does not run.
#ifndef CITYLAYERS_SERVICES_KEYS_KEY_FOLLOWER_H_
#define CITYLAYERS_SERVICES_KEYS_KEY_FOLLOWER_H_

#include <memory>

#include "citylayers/access/v1/key_service.grpc.pb.h"
#include "services/access/access_control.h"
#include "services/runtime/module.h"
#include "services/runtime/rpc/watch_thread.h"

namespace citylayers::keys {

/// Follows the keys by WatchKeyRing and sets them. While the other process is away the latest keys
/// stay in force; before its first answer no key is accepted.
class KeyFollower final : public runtime::Follower {
 public:
  explicit KeyFollower(const runtime::ModuleContext& context);

 private:
  void Apply(const access::v1::KeyRing& ring);

  access::AccessControl& access_;
  const std::shared_ptr<access::v1::KeyService::Stub> stub_;
  runtime::WatchThread watch_;  // last: it uses the others
};

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEY_FOLLOWER_H_
