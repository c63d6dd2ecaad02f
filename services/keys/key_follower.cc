#include "services/keys/key_follower.h"

#include <utility>

#include "services/keys/key_codec.h"
#include "services/runtime/log.h"
#include "services/runtime/module_channels.h"

namespace citylayers::keys {

KeyFollower::KeyFollower(const runtime::ModuleContext& context)
    : access_(context.access),
      stub_(v1::KeyService::NewStub(context.channels.To("keys"))),
      watch_(
          "API keys",
          [stub = stub_](grpc::ClientContext& call) { return stub->WatchKeyRing(&call, {}); },
          [this](const v1::WatchKeyRingResponse& response) { Apply(response.ring()); }) {}

void KeyFollower::Apply(const v1::KeyRing& ring) {
  absl::StatusOr<KeySet> keys = FromProto(ring);
  if (!keys.ok()) {
    runtime::LogError("the API keys cannot be read; the former ones stay in force",
                      {{"why", std::string(keys.status().message())}});
    return;
  }
  access_.SetRing(
      std::make_shared<const access::KeyRing>(std::move(keys->records), std::move(keys->pepper)));
}

}  // namespace citylayers::keys
