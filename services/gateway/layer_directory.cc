#include "services/gateway/layer_directory.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include <google/protobuf/util/message_differencer.h>
#include <grpcpp/client_context.h>

#include "base/strings.h"
#include "proto/support/proto_layer_version.h"
#include "services/gateway/rpc_router.h"
#include "services/gateway/stream_reader.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::gateway {
namespace {

constexpr std::string_view kNamePrefix = "layers/";
constexpr absl::Duration kFirstRetryDelay = absl::Milliseconds(100);

template <typename Event>
void ApplyState(const Event& event, layers::v1::Layer& layer) {
  if (event.has_data_time()) *layer.mutable_data_time() = event.data_time();
  layer.set_stale(event.stale());
}

// Brings a description up to an event of its stream; false when nothing differs.
bool Apply(const layers::v1::WatchLayerResponse& response, layers::v1::Layer& layer) {
  const layers::v1::LayerVersion version_before = layer.version();
  const google::protobuf::Timestamp time_before = layer.data_time();
  const bool stale_before = layer.stale();
  const std::vector<std::string> notices_before(layer.notices().begin(), layer.notices().end());
  if (response.has_snapshot()) {
    ApplyState(response.snapshot(), layer);
    *layer.mutable_notices() = response.snapshot().notices();
    *layer.mutable_version() = response.snapshot().version();
  } else if (response.has_delta()) {
    ApplyState(response.delta(), layer);
    *layer.mutable_version() = response.delta().to();
  } else {
    ApplyState(response.heartbeat(), layer);
    *layer.mutable_notices() = response.heartbeat().notices();
    if (response.heartbeat().has_version()) {
      *layer.mutable_version() = response.heartbeat().version();
    }
  }
  using google::protobuf::util::MessageDifferencer;
  return !MessageDifferencer::Equals(version_before, layer.version()) ||
         !MessageDifferencer::Equals(time_before, layer.data_time()) ||
         stale_before != layer.stale() ||
         !std::equal(notices_before.begin(), notices_before.end(), layer.notices().begin(),
                     layer.notices().end());
}

std::shared_ptr<const KnownLayer> MakeKnown(const layers::v1::Layer& layer, std::string id,
                                            std::uint64_t revision, std::uint32_t number,
                                            const Backend* backend, bool reachable) {
  auto known = std::make_shared<KnownLayer>();
  known->revision = revision;
  known->layer = layer;
  known->id = std::move(id);
  known->number = number;
  known->backend = backend;
  known->reachable = reachable;
  if (!reachable) known->layer.set_stale(true);
  known->version = FromProto(layer.version());
  known->version_header = StrCat("X-Citylayers-Version: ", layer.pack_id(), ":",
                                 layer.version().epoch(), ":", layer.version().counter(), "\r\n");
  return known;
}

}  // namespace

bool KnownLayer::has_format(layers::v1::TileFormat format) const {
  return absl::c_linear_search(layer.formats(), format);
}

LayerSet::LayerSet(std::vector<std::shared_ptr<const KnownLayer>> layers)
    : layers_(std::move(layers)) {
  std::sort(layers_.begin(), layers_.end(),
            [](const auto& a, const auto& b) { return a->id < b->id; });
}

const KnownLayer* LayerSet::Find(std::string_view id) const {
  for (const auto& layer : layers_) {
    if (layer->id == id) return layer.get();
  }
  return nullptr;
}

std::shared_ptr<const KnownLayer> LayerSet::Share(std::string_view id) const {
  for (const auto& layer : layers_) {
    if (layer->id == id) return layer;
  }
  return nullptr;
}

std::string LayerSet::Names() const {
  return absl::StrJoin(layers_, ", ",
                       [](std::string* out, const auto& layer) { out->append(layer->id); });
}

struct LayerDirectory::Call {
  std::uint64_t connection = 0;
  grpc::ClientContext context;
  layers::v1::ListLayersRequest request;
  layers::v1::ListLayersResponse response;
};

LayerDirectory::LayerDirectory(Options options, const Backends& backends, runtime::Timer& timer)
    : options_(options), check_(timer) {
  for (const Backend& backend : backends.all()) {
    Source source;
    source.backend = &backend;
    source.stub = layers::v1::LayerService::NewStub(backend.channel);
    sources_.push_back(std::move(source));
    connects_.push_back(std::make_unique<runtime::DelayedTask>(timer));
  }
  layers_.store(std::make_shared<const LayerSet>(std::vector<std::shared_ptr<const KnownLayer>>()));
}

LayerDirectory::~LayerDirectory() { Stop(); }

void LayerDirectory::Start() {
  for (std::size_t i = 0; i < connects_.size(); ++i) Connect(i);
  check_.Set(options_.check_period, [this] { Check(); });
}

void LayerDirectory::Stop() {
  check_.Stop();
  for (const auto& connect : connects_) connect->Stop();
  std::vector<std::shared_ptr<grpc::ClientContext>> streams;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    for (Source& source : sources_) TakeStreams(source, streams);
  }
  for (const auto& stream : streams) stream->TryCancel();
  calls_.End();
}

void LayerDirectory::TakeStreams(Source& source,
                                 std::vector<std::shared_ptr<grpc::ClientContext>>& streams) {
  for (auto& [id, followed] : source.layers) {
    if (followed.context) streams.push_back(std::exchange(followed.context, nullptr));
  }
}

void LayerDirectory::ConnectAfter(absl::Duration delay, std::size_t index) {
  connects_[index]->Set(delay, [this, index] { Connect(index); });
}

void LayerDirectory::Connect(std::size_t index) {
  auto call = std::make_shared<Call>();
  call->context.set_deadline(absl::ToChronoTime(absl::Now() + options_.call_timeout));
  call->context.AddMetadata(kPassedOnKey, "1");
  layers::v1::LayerService::Stub* stub;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_ || !calls_.Begin()) return;
    call->connection = ++sources_[index].connection;
    stub = sources_[index].stub.get();
  }
  stub->async()->ListLayers(&call->context, &call->request, &call->response,
                            [this, index, call](const grpc::Status& status) {
                              OnLayers(index, *call, status);
                              calls_.Done();
                            });
}

void LayerDirectory::OnLayers(std::size_t index, const Call& call, const grpc::Status& status) {
  // A server without layers is as good as any other.
  const bool has_none = status.error_code() == grpc::StatusCode::UNIMPLEMENTED;
  if (!status.ok() && !has_none) {
    return OnFailure(index, call.connection, runtime::FromGrpcStatus(status));
  }
  {
    absl::MutexLock lock(&mutex_);
    Source& source = sources_[index];
    if (source.connection != call.connection) return;  // given up meanwhile
    source.was_tried = true;
    source.answered = true;
    source.status = absl::OkStatus();
    source.layers.clear();
    for (const layers::v1::Layer& layer : call.response.layers()) {
      if (!ToStd(layer.name()).starts_with(kNamePrefix)) continue;
      Followed& followed = source.layers[layer.name().substr(kNamePrefix.size())];
      followed.layer = layer;
      followed.revision = ++revisions_;
      followed.message_time = runtime::MonotonicNow();
      followed.request.set_name(layer.name());
      followed.request.set_tiles_only(true);
      followed.request.set_tick_ms(
          static_cast<std::uint32_t>(absl::ToInt64Milliseconds(options_.tick)));
    }
    Publish();
    // After Publish: a thread that reads knows_all_ as true also reads these layers.
    if (std::all_of(sources_.begin(), sources_.end(), [](const auto& s) { return s.answered; })) {
      knows_all_.store(true, std::memory_order_release);
    }
  }
  Follow(index, call.connection);
}

void LayerDirectory::Follow(std::size_t index, std::uint64_t connection) {
  struct Stream {
    std::string id;
    std::shared_ptr<grpc::ClientContext> context;
    layers::v1::WatchLayerRequest request;
  };
  std::vector<std::shared_ptr<Stream>> streams;
  layers::v1::LayerService::Stub* stub;
  {
    absl::MutexLock lock(&mutex_);
    Source& source = sources_[index];
    if (stopping_ || source.connection != connection) return;
    stub = source.stub.get();
    for (auto& [id, followed] : source.layers) {
      if (!calls_.Begin()) break;
      followed.context = std::make_shared<grpc::ClientContext>();
      followed.context->AddMetadata(kPassedOnKey, "1");
      streams.push_back(std::make_shared<Stream>(Stream{id, followed.context, followed.request}));
    }
  }
  for (const auto& stream : streams) {
    auto* reader = new StreamReader<layers::v1::WatchLayerResponse>(
        stream->context,
        [this, index, connection, stream](const layers::v1::WatchLayerResponse& response,
                                          auto read_next) {
          OnEvent(index, connection, stream->id, response);
          read_next();
        },
        [this, index, connection](const grpc::Status& status) {
          OnStreamEnd(index, connection, status);
          calls_.Done();
        });
    stub->async()->WatchLayer(stream->context.get(), &stream->request, reader);
    reader->Begin();
  }
}

void LayerDirectory::OnEvent(std::size_t index, std::uint64_t connection, const std::string& id,
                             const layers::v1::WatchLayerResponse& response) {
  bool other_pack = false;
  {
    absl::MutexLock lock(&mutex_);
    Source& source = sources_[index];
    if (stopping_ || source.connection != connection) return;
    Followed& followed = source.layers[id];
    followed.message_time = runtime::MonotonicNow();
    source.is_retried = false;
    other_pack =
        response.has_snapshot() && response.snapshot().pack_id() != followed.layer.pack_id();
    if (!Apply(response, followed.layer)) return;
    followed.revision = ++revisions_;
    Publish();
  }
  if (other_pack)
    return Disconnect(index, connection, absl::UnavailableError("it has another pack now"));
}

void LayerDirectory::OnStreamEnd(std::size_t index, std::uint64_t connection,
                                 const grpc::Status& status) {
  OnFailure(
      index, connection,
      status.ok() ? absl::UnavailableError("it ended a stream") : runtime::FromGrpcStatus(status));
}

void LayerDirectory::OnFailure(std::size_t index, std::uint64_t connection, absl::Status why) {
  std::vector<std::shared_ptr<grpc::ClientContext>> streams;
  bool retry_at_once = false;
  {
    absl::MutexLock lock(&mutex_);
    Source& source = sources_[index];
    if (stopping_ || source.connection != connection) return;
    retry_at_once = source.answered && source.status.ok() && !source.is_retried;
    if (retry_at_once) {
      source.is_retried = true;
      ++source.connection;
      TakeStreams(source, streams);
    }
  }
  if (!retry_at_once) return Disconnect(index, connection, std::move(why));
  for (const auto& stream : streams) stream->TryCancel();
  ConnectAfter(std::min(options_.retry_period, kFirstRetryDelay), index);
}

void LayerDirectory::Disconnect(std::size_t index, std::uint64_t connection, absl::Status why) {
  std::vector<std::shared_ptr<grpc::ClientContext>> streams;
  {
    absl::MutexLock lock(&mutex_);
    Source& source = sources_[index];
    if (stopping_ || source.connection != connection) return;
    source.was_tried = true;
    ++source.connection;
    source.status = std::move(why);
    TakeStreams(source, streams);
    Publish();
  }
  // Without the mutex, which the ends of the streams take.
  for (const auto& stream : streams) stream->TryCancel();
  ConnectAfter(options_.retry_period, index);
}

// Finds backends that hang, whose streams do not end, and backends without layers that are away.
// Makes no call.
void LayerDirectory::Check() {
  struct Lost {
    std::size_t index;
    std::uint64_t connection;
    absl::Status why;
  };
  std::vector<Lost> lost;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time oldest = runtime::MonotonicNow() - options_.silence_max;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const Source& source = sources_[i];
      if (!source.status.ok()) continue;
      const bool silent =
          std::any_of(source.layers.begin(), source.layers.end(),
                      [&](const auto& entry) { return entry.second.message_time < oldest; });
      if (silent) {
        lost.push_back({i, source.connection,
                        absl::UnavailableError(StrCat(
                            "no heartbeat for ", absl::FormatDuration(options_.silence_max)))});
      } else if (source.layers.empty() &&
                 source.backend->channel->GetState(/*try_to_connect=*/false) ==
                     GRPC_CHANNEL_TRANSIENT_FAILURE) {
        lost.push_back({i, source.connection, absl::UnavailableError("the connection is down")});
      }
    }
  }
  for (Lost& each : lost) Disconnect(each.index, each.connection, std::move(each.why));
  check_.Set(options_.check_period, [this] { Check(); });
}

std::uint32_t LayerDirectory::NumberOf(const std::string& id) {
  return numbers_.try_emplace(id, static_cast<std::uint32_t>(numbers_.size())).first->second;
}

// Two backends may list the same layer (a standby): the first that answers is used.
void LayerDirectory::Publish() {
  const std::shared_ptr<const LayerSet> before = layers_.load();
  std::vector<std::shared_ptr<const KnownLayer>> layers;
  const auto taken = [&](std::string_view id) {
    return std::any_of(layers.begin(), layers.end(), [&](const auto& l) { return l->id == id; });
  };
  bool changed = false;
  for (const bool reachable : {true, false}) {
    for (const Source& source : sources_) {
      if (source.status.ok() != reachable) continue;
      for (const auto& [id, followed] : source.layers) {
        if (taken(id)) continue;
        auto old = before->Share(id);
        if (old && old->backend == source.backend && old->reachable == reachable &&
            old->revision == followed.revision) {
          layers.push_back(std::move(old));
          continue;
        }
        changed = true;
        layers.push_back(MakeKnown(followed.layer, id, followed.revision, NumberOf(id),
                                   source.backend, reachable));
      }
    }
  }
  if (changed || layers.size() != before->all().size()) {
    layers_.store(std::make_shared<const LayerSet>(std::move(layers)), std::memory_order_release);
  }
}

absl::Status LayerDirectory::Ready() const {
  absl::MutexLock lock(&mutex_);
  for (const Source& source : sources_) {
    if (source.status.ok()) continue;
    return absl::UnavailableError(StrCat("backend ", absl::StrJoin(source.backend->modules, ","),
                                         " does not answer: ", source.status.message()));
  }
  return absl::OkStatus();
}

void LayerDirectory::WaitForFirstRound() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &LayerDirectory::HasFirstRound));
}

bool LayerDirectory::HasFirstRound() const {
  return std::all_of(sources_.begin(), sources_.end(), [](const Source& s) { return s.was_tried; });
}

}  // namespace citylayers::gateway
