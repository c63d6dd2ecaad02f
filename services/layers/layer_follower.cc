#include "services/layers/layer_follower.h"

#include <utility>

namespace citylayers::layers {
namespace {

// What an event brings beside its rows, as one text.
std::string StateOf(const v1::WatchLayerResponse& response) {
  v1::Heartbeat state;
  const auto take = [&state](const auto& event) {
    if (event.has_data_time()) *state.mutable_data_time() = event.data_time();
    state.set_stale(event.stale());
  };
  if (response.has_snapshot()) {
    take(response.snapshot());
    *state.mutable_version() = response.snapshot().version();
  } else if (response.has_delta()) {
    take(response.delta());
    *state.mutable_version() = response.delta().to();
  } else {
    take(response.heartbeat());
    if (response.heartbeat().has_version())
      *state.mutable_version() = response.heartbeat().version();
  }
  return state.SerializeAsString();
}

}  // namespace

LayerFollower::LayerFollower(const std::shared_ptr<grpc::Channel>& channel, const std::string& name,
                             std::string what) {
  std::shared_ptr<v1::LayerService::Stub> stub = v1::LayerService::NewStub(channel);
  v1::WatchLayerRequest request;
  request.set_name(name);
  request.set_tiles_only(true);
  thread_ = std::make_unique<runtime::WatchThread>(
      std::move(what),
      [stub, request](grpc::ClientContext& context) { return stub->WatchLayer(&context, request); },
      [this](const v1::WatchLayerResponse& response) { OnEvent(response); },
      [this](const grpc::Status&) { OnEnd(); });
}

std::optional<std::uint64_t> LayerFollower::revision() const {
  absl::MutexLock lock(&mutex_);
  return connected_ ? std::optional(revision_) : std::nullopt;
}

void LayerFollower::OnEvent(const v1::WatchLayerResponse& response) {
  std::string state = StateOf(response);
  absl::MutexLock lock(&mutex_);
  if (!connected_ || state != state_) ++revision_;
  connected_ = true;
  state_ = std::move(state);
}

void LayerFollower::OnEnd() {
  absl::MutexLock lock(&mutex_);
  connected_ = false;
}

}  // namespace citylayers::layers
