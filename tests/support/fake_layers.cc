#include "tests/support/fake_layers.h"

#include <utility>

#include "gtest/gtest.h"

#include "base/strings.h"
#include "proto/support/enum_id.h"
#include "services/gateway/representation.h"
#include "services/gateway/rpc_router.h"
#include "services/runtime/rpc/error_details.h"
#include "tests/support/scripted_reactors.h"

namespace citylayers::gateway {

// A stream with the versions of a layer. Guarded by the service's mutex.
class FakeLayers::Follower final : public grpc::ServerWriteReactor<layers::v1::WatchLayerResponse> {
 public:
  Follower(FakeLayers& layers, std::string id) ABSL_NO_THREAD_SAFETY_ANALYSIS : layers_(layers),
                                                                                id_(std::move(id)) {
    layers_.followers_.insert(this);
    Tell();
  }
  const std::string& id() const { return id_; }
  // Sends the present version when it was not sent yet.
  void Tell() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const layers::v1::Layer& layer = layers_.layers_[id_];
    if (writing_ || finished_ || layer.SerializeAsString() == sent_) return;
    sent_ = layer.SerializeAsString();
    writing_ = true;
    layers::v1::Snapshot& snapshot = *response_.mutable_snapshot();
    snapshot.set_pack_id(layer.pack_id());
    *snapshot.mutable_version() = layer.version();
    *snapshot.mutable_data_time() = layer.data_time();
    snapshot.set_stale(layer.stale());
    *snapshot.mutable_notices() = layer.notices();
    StartWrite(&response_);
  }

 private:
  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&layers_.mutex_);
    writing_ = false;
    if (ok) Tell();
  }
  void OnCancel() override {
    {
      absl::MutexLock lock(&layers_.mutex_);
      layers_.followers_.erase(this);
      finished_ = true;
    }
    Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

  FakeLayers& layers_;
  const std::string id_;
  layers::v1::WatchLayerResponse response_;
  std::string sent_;
  bool writing_ = false;
  bool finished_ = false;
};

namespace {

// Sends one message and ends the call.
class LastMessage final : public grpc::ServerWriteReactor<layers::v1::WatchLayerResponse> {
 public:
  LastMessage(layers::v1::WatchLayerResponse message, const grpc::Status& end)
      : message_(std::move(message)) {
    StartWriteAndFinish(&message_, grpc::WriteOptions(), end);
  }

 private:
  void OnDone() override { delete this; }

  const layers::v1::WatchLayerResponse message_;
};

}  // namespace

void FakeLayers::TellFollowers(const std::string& id) {
  for (Follower* follower : followers_) {
    if (follower->id() == id) follower->Tell();
  }
}

void FakeLayers::SetLayer(layers::v1::Layer layer) {
  absl::MutexLock lock(&mutex_);
  const std::string id = layer.name().substr(7);
  layers_[id] = std::move(layer);
  TellFollowers(id);
}

void FakeLayers::SetTile(const std::string& path, std::string bytes) {
  absl::MutexLock lock(&mutex_);
  tiles_[path] = std::move(bytes);
  auto& version = *layers_[path.substr(0, path.find('/'))].mutable_version();
  version.set_counter(version.counter() + 1);
  TellFollowers(path.substr(0, path.find('/')));
}

void FakeLayers::Bump(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  auto& version = *layers_[id].mutable_version();
  version.set_counter(version.counter() + 1);
  TellFollowers(id);
}

std::uint64_t FakeLayers::Counter(const std::string& id) const {
  absl::MutexLock lock(&mutex_);
  const auto found = layers_.find(id);
  return found == layers_.end() ? 0 : found->second.version().counter();
}

void FakeLayers::EndNext(grpc::Status end) {
  absl::MutexLock lock(&mutex_);
  end_next_ = std::move(end);
}

void FakeLayers::SetScript(std::vector<layers::v1::WatchLayerResponse> script) {
  absl::MutexLock lock(&mutex_);
  script_ = std::move(script);
}

FakeLayers::Counts FakeLayers::counts() const {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

void FakeLayers::WaitForWatches(std::size_t count) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return counts_.watches.size() >= count;
  };
  EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)))
      << counts_.watches.size() << " calls of WatchLayer, not " << count;
}

void FakeLayers::WaitForMoves(std::size_t count) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]()
                          ABSL_NO_THREAD_SAFETY_ANALYSIS { return counts_.moves.size() >= count; };
  EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)))
      << counts_.moves.size() << " calls of SetViewport, not " << count;
}

grpc::ServerUnaryReactor* FakeLayers::SetViewport(grpc::CallbackServerContext* context,
                                                  const layers::v1::SetViewportRequest* request,
                                                  layers::v1::SetViewportResponse*) {
  absl::MutexLock lock(&mutex_);
  counts_.moves.push_back(*request);
  for (const layers::v1::WatchLayerResponse& message : script_) {
    if (message.stream_id() == request->stream_id()) return Finish(context);
  }
  auto* reactor = context->DefaultReactor();
  reactor->Finish({grpc::StatusCode::NOT_FOUND, "no such stream"});
  return reactor;
}

grpc::ServerUnaryReactor* FakeLayers::ListLayers(grpc::CallbackServerContext* context,
                                                 const layers::v1::ListLayersRequest*,
                                                 layers::v1::ListLayersResponse* response) {
  absl::MutexLock lock(&mutex_);
  ++counts_.lists;
  for (const auto& [id, layer] : layers_) *response->add_layers() = layer;
  return Finish(context);
}

grpc::ServerUnaryReactor* FakeLayers::GetLayer(grpc::CallbackServerContext* context,
                                               const layers::v1::GetLayerRequest* request,
                                               layers::v1::GetLayerResponse* response) {
  absl::MutexLock lock(&mutex_);
  *response->mutable_layer() = layers_[request->name().substr(7)];
  context->AddInitialMetadata("x-served-by", "fake");
  context->AddTrailingMetadata("x-cost", "1");
  return Finish(context);
}

grpc::ServerUnaryReactor* FakeLayers::GetTile(grpc::CallbackServerContext* context,
                                              const layers::v1::GetTileRequest* request,
                                              layers::v1::GetTileResponse* response) {
  absl::MutexLock lock(&mutex_);
  if (request->tile().z() == 22) {
    return Finish(context,
                  runtime::ToGrpcStatus(runtime::BadField("tile.z", "the layer ends at zoom 14")));
  }
  if (hold_ && !request->if_none_match().empty()) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    held_.push_back([this, request, response, reactor]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      AnswerTile(*request, response);
      reactor->Finish(grpc::Status::OK);
    });
    return reactor;
  }
  AnswerTile(*request, response);
  return Finish(context);
}

void FakeLayers::AnswerTile(const layers::v1::GetTileRequest& request,
                            layers::v1::GetTileResponse* response) {
  const std::string id = request.name().substr(7);
  const auto& at = request.tile();
  const std::string& bytes =
      tiles_[StrCat(id, "/", at.z(), "/", at.x(), "/", at.y(), ".", EnumId(request.format()))];
  layers::v1::Tile& tile = *response->mutable_tile();
  *tile.mutable_tile() = at;
  *tile.mutable_version() = layers_[id].version();
  tile.set_content_tag(bytes.empty() ? "empty" : TagOf(bytes).substr(0, 8));
  tile.set_not_modified(request.if_none_match() == tile.content_tag());
  if (tile.not_modified()) {
    ++counts_.not_modified;
  } else {
    ++counts_.tiles_made;
    tile.set_data(bytes);
  }
}

void FakeLayers::HoldConfirmations(bool hold) {
  absl::MutexLock lock(&mutex_);
  hold_ = hold;
  if (hold) return;
  for (const auto& answer : held_) answer();
  held_.clear();
}

void FakeLayers::WaitForHeld(std::size_t count) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return held_.size() >= count; };
  EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)))
      << held_.size() << " calls are held, not " << count;
}

grpc::ServerWriteReactor<layers::v1::WatchLayerResponse>* FakeLayers::WatchLayer(
    grpc::CallbackServerContext* context, const layers::v1::WatchLayerRequest* request) {
  absl::MutexLock lock(&mutex_);
  if (request->tiles_only() && context->client_metadata().count(kPassedOnKey) > 0) {
    return new Follower(*this, request->name().substr(7));
  }
  counts_.watches.push_back(*request);
  for (const std::string& column : request->columns()) {
    if (column == "nonsense") {
      return new RefusedReactor<layers::v1::WatchLayerResponse>(
          runtime::BadField("columns", "there is no column \"nonsense\""));
    }
  }
  if (end_next_.has_value() && !script_.empty()) {
    return new LastMessage(script_.front(), *std::exchange(end_next_, std::nullopt));
  }
  return new ScriptReactor<layers::v1::WatchLayerResponse>(script_, false);
}

}  // namespace citylayers::gateway
