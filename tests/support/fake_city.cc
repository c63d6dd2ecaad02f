#include "tests/support/fake_city.h"

#include <atomic>
#include <cstdlib>
#include <deque>
#include <utility>

#include "absl/time/clock.h"

#include "base/strings.h"
#include "proto/support/enum_id.h"
#include "services/gateway/representation.h"
#include "services/gateway/rpc_router.h"
#include "services/runtime/rpc/callback_threads.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::gateway {
namespace {

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context,
                                 const grpc::Status& status = grpc::Status::OK) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

// Writes a list of messages; then ends the call, or waits for the client to end it.
template <typename Response>
class ScriptReactor final : public grpc::ServerWriteReactor<Response> {
 public:
  ScriptReactor(std::vector<Response> script, bool ends) : script_(std::move(script)), ends_(ends) {
    Next();
  }

 private:
  void Next() {
    if (next_ < script_.size()) {
      this->StartWrite(&script_[next_++]);
    } else if (ends_) {
      FinishOnce(grpc::Status::OK);
    }
  }
  void FinishOnce(const grpc::Status& status) {
    if (!finished_.exchange(true)) this->Finish(status);
  }
  void OnWriteDone(bool ok) override {
    if (ok) Next();
  }
  void OnCancel() override { FinishOnce(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

  std::vector<Response> script_;
  const bool ends_;
  std::size_t next_ = 0;
  std::atomic<bool> finished_{false};
};

// A stream that is refused before its first message.
template <typename Response>
class RefusedReactor final : public grpc::ServerWriteReactor<Response> {
 public:
  explicit RefusedReactor(const absl::Status& status) {
    this->Finish(runtime::ToGrpcStatus(status));
  }

 private:
  void OnDone() override { delete this; }
};

class EchoReactor final : public grpc::ServerBidiReactor<readings::v1::StreamReadingsRequest,
                                                         readings::v1::StreamReadingsResponse> {
 public:
  EchoReactor() { StartRead(&request_); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_.set_sequence(request_.sequence());
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (ok) StartRead(&request_);
  }
  void OnDone() override { delete this; }

  readings::v1::StreamReadingsRequest request_;
  readings::v1::StreamReadingsResponse response_;
};

constexpr const char* kCapXml = "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"/>";

}  // namespace

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
  mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20));
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
  mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20));
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
  return new ScriptReactor<layers::v1::WatchLayerResponse>(script_, false);
}

// One call of WatchAlerts. Guarded by the service's mutex.
class FakeAlerts::Watcher final : public grpc::ServerWriteReactor<alerts::v1::WatchAlertsResponse> {
 public:
  Watcher(FakeAlerts& alerts,
          const alerts::v1::WatchAlertsResponse& first) ABSL_NO_THREAD_SAFETY_ANALYSIS
      : alerts_(alerts) {
    alerts_.watchers_.insert(this);
    Send(first);
  }
  void Send(const alerts::v1::WatchAlertsResponse& response) {
    queue_.push_back(response);
    if (queue_.size() == 1) StartWrite(&queue_.front());
  }

 private:
  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&alerts_.mutex_);
    queue_.pop_front();
    if (ok && !finished_ && !queue_.empty()) StartWrite(&queue_.front());
  }
  void OnCancel() override {
    {
      absl::MutexLock lock(&alerts_.mutex_);
      alerts_.watchers_.erase(this);
      finished_ = true;
    }
    Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

  FakeAlerts& alerts_;
  std::deque<alerts::v1::WatchAlertsResponse> queue_;
  bool finished_ = false;
};

grpc::ServerUnaryReactor* FakeAlerts::GetAlert(grpc::CallbackServerContext* context,
                                               const alerts::v1::GetAlertRequest* request,
                                               alerts::v1::GetAlertResponse* response) {
  if (request->name() != "alerts/1") {
    return Finish(context,
                  runtime::ToGrpcStatus(runtime::WithReason(
                      absl::NotFoundError(StrCat("there is no ", request->name())), "NO_ALERT")));
  }
  response->mutable_alert()->set_name("alerts/1");
  response->mutable_alert()->set_place("Phú An");
  response->mutable_alert()->set_level(3);
  return Finish(context);
}

grpc::ServerUnaryReactor* FakeAlerts::AcknowledgeAlert(
    grpc::CallbackServerContext* context, const alerts::v1::AcknowledgeAlertRequest* request,
    alerts::v1::AcknowledgeAlertResponse* response) {
  response->mutable_alert()->set_acknowledged_by(request->actor());
  return Finish(context);
}

grpc::ServerUnaryReactor* FakeAlerts::GetCap(grpc::CallbackServerContext* context,
                                             const alerts::v1::GetCapRequest* request,
                                             alerts::v1::GetCapResponse* response) {
  if (request->cap_id() != "cap-1") {
    return Finish(context, grpc::Status(grpc::StatusCode::NOT_FOUND, "no such CAP message"));
  }
  response->set_xml(kCapXml);
  return Finish(context);
}

grpc::ServerUnaryReactor* FakeAlerts::ListCapMessages(
    grpc::CallbackServerContext* context, const alerts::v1::ListCapMessagesRequest*,
    alerts::v1::ListCapMessagesResponse* response) {
  alerts::v1::CapMessage& message = *response->add_messages();
  message.set_cap_id("cap-1");
  message.set_message_type(alerts::v1::CAP_MESSAGE_TYPE_ALERT);
  message.mutable_headline()->set_vi("Triều cường");
  message.mutable_headline()->set_en("Spring tide");
  message.mutable_sent_time()->set_seconds(1'700'000'000);
  return Finish(context);
}

grpc::ServerWriteReactor<alerts::v1::WatchAlertsResponse>* FakeAlerts::WatchAlerts(
    grpc::CallbackServerContext*, const alerts::v1::WatchAlertsRequest* request) {
  if (request->filter() == "nonsense") {
    return new RefusedReactor<alerts::v1::WatchAlertsResponse>(
        runtime::BadField("filter", "there is no field \"nonsense\""));
  }
  alerts::v1::WatchAlertsResponse response;
  response.set_snapshot(true);
  response.add_alerts()->set_name(StrCat("alerts/1?", request->filter()));
  absl::MutexLock lock(&mutex_);
  filters_.push_back(request->filter());
  return new Watcher(*this, response);
}

void FakeAlerts::Send(const alerts::v1::WatchAlertsResponse& response) {
  absl::MutexLock lock(&mutex_);
  for (Watcher* watcher : watchers_) watcher->Send(response);
}

std::vector<std::string> FakeAlerts::filters() const {
  absl::MutexLock lock(&mutex_);
  return filters_;
}

grpc::ServerUnaryReactor* FakeClock::GetClock(grpc::CallbackServerContext* context,
                                              const common::v1::GetClockRequest*,
                                              common::v1::GetClockResponse* response) {
  response->mutable_clock()->set_scenario("tide");
  return Finish(context);
}

grpc::ServerWriteReactor<common::v1::WatchClockResponse>* FakeClock::WatchClock(
    grpc::CallbackServerContext*, const common::v1::WatchClockRequest*) {
  common::v1::WatchClockResponse response;
  response.mutable_clock()->set_scenario("tide");
  return new ScriptReactor<common::v1::WatchClockResponse>({response}, false);
}

void FakeTraffic::SetJam(std::string id) {
  absl::MutexLock lock(&mutex_);
  jam_ = std::move(id);
}

grpc::ServerUnaryReactor* FakeTraffic::ListJams(grpc::CallbackServerContext* context,
                                                const traffic::v1::ListJamsRequest*,
                                                traffic::v1::ListJamsResponse* response) {
  response->mutable_data_time()->set_seconds(1'700'000'000 + ++calls_);
  absl::MutexLock lock(&mutex_);
  if (jam_.empty()) {
    return Finish(context, grpc::Status(grpc::StatusCode::UNAVAILABLE, "no jams today"));
  }
  response->add_jams()->set_name(StrCat("jams/", jam_));
  return Finish(context);
}

grpc::ServerUnaryReactor* FakeFlood::ListStages(grpc::CallbackServerContext* context,
                                                const flood::v1::ListStagesRequest*,
                                                flood::v1::ListStagesResponse* response) {
  response->add_stages()->set_station("stations/phu-an");
  return Finish(context);
}

grpc::ServerBidiReactor<readings::v1::StreamReadingsRequest, readings::v1::StreamReadingsResponse>*
FakeReadings::StreamReadings(grpc::CallbackServerContext*) {
  return new EchoReactor;
}

grpc::ServerWriteReactor<flood::v1::ExportDepthResponse>* FakeFlood::ExportDepth(
    grpc::CallbackServerContext*, const flood::v1::ExportDepthRequest*) {
  std::vector<flood::v1::ExportDepthResponse> parts(3);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i].set_data(std::string(1, static_cast<char>('a' + i)));
  }
  return new ScriptReactor<flood::v1::ExportDepthResponse>(std::move(parts), true);
}

layers::v1::Layer FakeCity::TrafficLayer() {
  layers::v1::Layer layer;
  layer.set_name("layers/traffic");
  layer.mutable_display_name()->set_vi("Giao thông");
  layer.mutable_display_name()->set_en("Traffic");
  layer.mutable_description()->set_en("How fast the streets are.");
  layer.set_kind(layers::v1::LAYER_KIND_LIVE);
  layer.set_pack_id("pack1");
  layer.mutable_version()->set_epoch(7);
  layer.mutable_version()->set_counter(1);
  layer.mutable_data_time()->set_seconds(1'700'000'000);
  layer.mutable_bounds()->set_west_deg(106.5);
  layer.mutable_bounds()->set_south_deg(10.5);
  layer.mutable_bounds()->set_east_deg(107);
  layer.mutable_bounds()->set_north_deg(11);
  layer.set_min_zoom(8);
  layer.set_max_zoom(14);
  layer.add_formats(layers::v1::TILE_FORMAT_MVT);
  layer.set_attribution("© OpenStreetMap contributors");
  layer.add_notices("profile_speeds");
  layers::v1::SubLayer& sub_layer = *layer.add_sub_layers();
  sub_layer.set_name("traffic");
  sub_layer.set_geometry(layers::v1::GEOMETRY_TYPE_LINE);
  sub_layer.set_id_kind(layers::v1::ID_KIND_SEGMENT_INDEX);
  layers::v1::StateColumn& level = *sub_layer.add_columns();
  level.set_name("level");
  level.mutable_display_name()->set_en("Level");
  layers::v1::EnumValue& free = *level.add_enum_values();
  free.set_number(1);
  free.set_id("free");
  (*sub_layer.mutable_static_fields())["name"] = "name of the street";
  return layer;
}

Gateway::Options FakeCity::SmallOptions() {
  Gateway::Options options;
  options.port = 0;
  options.drain_patience = absl::Milliseconds(200);
  options.directory.check_period = absl::Milliseconds(10);
  options.directory.retry_period = absl::Milliseconds(10);
  options.live.retry_period = absl::Milliseconds(10);
  options.live.heartbeat_period = absl::Milliseconds(30);
  options.live.poll_period = absl::Milliseconds(10);
  return options;
}

FakeCity::FakeCity(Gateway::Options options, std::unique_ptr<StaticFiles> files, bool backends_up) {
  runtime::KeepCallbackThreads();
  layers_.SetLayer(TrafficLayer());
  layers::v1::Layer flood = TrafficLayer();
  flood.set_name("layers/flood");
  flood.add_formats(layers::v1::TILE_FORMAT_PNG);
  layers_.SetLayer(flood);
  layers::v1::Layer base = TrafficLayer();
  base.set_name("layers/base");
  base.set_kind(layers::v1::LAYER_KIND_STATIC);
  layers_.SetLayer(base);
  StartBackends();
  if (!backends_up) StopBackends();  // their port is known from here on
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
  const auto channel = grpc::CreateCustomChannel(StrCat("127.0.0.1:", grpc_port_),
                                                 grpc::InsecureChannelCredentials(), arguments);
  std::vector<BackendModule> modules = {
      {"readings",
       {readings::v1::ReadingService::service_full_name(),
        common::v1::ClockService::service_full_name()},
       channel},
      {"traffic", {traffic::v1::TrafficService::service_full_name()}, channel},
      {"flood", {flood::v1::FloodService::service_full_name()}, channel},
      {"alerts", {alerts::v1::AlertService::service_full_name()}, channel}};
  gateway_ = std::make_unique<Gateway>(
      std::move(options), std::move(modules), std::move(files), *timer_, metrics_,
      [this] { return absl::FromUnixSeconds(1'700'000'100 + clock_s_.load()); });
  if (!gateway_->Start().ok()) std::abort();
  proxy_.SetRouter(&gateway_->router());
  gateway_->directory().WaitForFirstRound();
}

FakeCity::~FakeCity() {
  if (front_) front_->Shutdown(std::chrono::system_clock::now());
  gateway_->Stop();
  gateway_.reset();
  timer_.reset();
  StopBackends();
}

void FakeCity::StartBackends() {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(StrCat("127.0.0.1:", grpc_port_), grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&layers_);
  builder.RegisterService(&alerts_);
  builder.RegisterService(&readings_);
  builder.RegisterService(&flood_);
  builder.RegisterService(&traffic_);
  builder.RegisterService(&clock_);
  server_ = builder.BuildAndStart();
  grpc_port_ = port;
}

void FakeCity::StopBackends() {
  if (!server_) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_.reset();
}

void FakeCity::WaitUntilSeen(const std::string& layer, bool reachable) {
  for (int i = 0; i < 4000; ++i) {
    const auto seen = gateway_->directory().Layers()->Share(layer);
    if (seen && seen->reachable == reachable &&
        (!reachable || seen->version.counter == layers_.Counter(layer))) {
      return;
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
}

std::shared_ptr<grpc::Channel> FakeCity::FrontChannel() {
  if (!front_) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &front_port_);
    builder.RegisterCallbackGenericService(&proxy_);
    front_ = builder.BuildAndStart();
  }
  return grpc::CreateChannel(StrCat("127.0.0.1:", front_port_), grpc::InsecureChannelCredentials());
}

}  // namespace citylayers::gateway
