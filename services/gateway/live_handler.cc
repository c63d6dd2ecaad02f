#include "services/gateway/live_handler.h"

#include <utility>

#include "base/strings.h"
#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "services/gateway/alerts_board.h"
#include "services/gateway/cors.h"
#include "services/gateway/event_stream.h"
#include "services/gateway/live_boards.h"
#include "services/gateway/live_mux.h"
#include "services/gateway/live_session.h"
#include "services/gateway/moving_view.h"
#include "services/gateway/proto_json.h"
#include "services/gateway/request_access.h"
#include "services/gateway/stream_reader.h"

namespace citylayers::gateway {
namespace {

using layers::v1::WatchLayerRequest;
using layers::v1::WatchLayerResponse;
using runtime::HttpRequest;
using runtime::HttpResponse;
using runtime::Responder;

std::string LayerId(const WatchLayerRequest& watch) {
  return watch.name().substr(std::string_view("layers/").size());
}

std::string NoLiveLayer(std::string_view id, const LayerSet& layers) {
  return StrCat("there is no live layer \"", id, "\"; layers are: ",
                layers.all().empty() ? std::string("none yet") : layers.Names());
}

void Refuse(Responder& responder, int status, std::string_view detail) {
  HttpResponse response = runtime::ProblemResponse(status, detail);
  response.headers += kPublicCorsHeaders;
  responder.Send(std::move(response));
}

absl::Status NotFollowed(std::string_view layer_name) {
  return absl::NotFoundError(StrCat("the stream does not follow ", layer_name));
}

// {"snapshot":{…}} -> {…}
std::string_view EventData(std::string_view response) {
  const std::size_t begin = response.find(':') + 1;
  return response.substr(begin, response.size() - begin - 1);
}

// Follows one layer and remembers its position.
class LayerSession final : public LiveSession {
 public:
  LayerSession(std::shared_ptr<LiveHandler::Streams> streams, Viewer viewer,
               const LayerDirectory& directory, std::string id, WatchLayerRequest request)
      : LiveSession(std::move(streams), std::move(viewer)),
        directory_(directory),
        id_(std::move(id)),
        name_(request.name()),
        view_(std::move(request)) {}

  absl::Status MoveTo(std::string_view layer_name, const layers::v1::View& view) override {
    if (layer_name != name_) return NotFollowed(layer_name);
    std::function<void()> send;
    {
      absl::MutexLock lock(&view_mutex_);
      send = view_.MoveTo(view);
    }
    if (send) send();
    return absl::OkStatus();
  }

 private:
  void StartCall(std::shared_ptr<grpc::ClientContext> context) override {
    const bool knows_all = directory_.KnowsAll();
    const std::shared_ptr<const KnownLayer> layer = directory_.Layers()->Share(id_);
    if (layer == nullptr || !layer->live()) {  // not yet listed, or it does not exist
      return OnCallEnd(
          {knows_all || layer ? grpc::StatusCode::NOT_FOUND : grpc::StatusCode::UNAVAILABLE,
           StrCat("there is no live layer \"", id_, "\"")});
    }
    if (stub_ == nullptr) stub_ = layers::v1::LayerService::NewStub(layer->backend->channel);
    {
      absl::MutexLock lock(&view_mutex_);
      call_request_ = view_.BeginCall(layer->backend->channel, context);
    }
    auto* reader = new StreamReader<WatchLayerResponse>(
        context,
        [this, self = shared_from_this()](const WatchLayerResponse& response, auto read_next) {
          Send(EventOf(response), std::move(read_next));
        },
        [self = shared_from_this()](const grpc::Status& status) { self->OnCallEnd(status); });
    stub_->async()->WatchLayer(context.get(), &call_request_, reader);
    reader->Begin();
  }
  bool needs_heartbeats() const override { return false; }

  std::string EventOf(const WatchLayerResponse& response) {
    WatchLayerRequest request;
    std::function<void()> send;
    std::string id;
    {
      absl::MutexLock lock(&view_mutex_);
      request = view_.request();
      send = view_.OnMessage(response);
      // If this call breaks, the next one resumes from here, and a new client from the event's id.
      if (view_.request().has_resume()) id = EventId(view_.position());
    }
    if (send) send();
    if (response.has_snapshot()) {
      return EventText(id, "snapshot", EventData(*streams().texts().Of(request, response)));
    }
    if (response.has_delta()) {
      return EventText(id, "delta", EventData(*streams().texts().Of(request, response)));
    }
    return EventText(id, "heartbeat", ProtoJson(response.heartbeat()));
  }

  const LayerDirectory& directory_;
  const std::string id_;
  const std::string name_;
  std::unique_ptr<layers::v1::LayerService::Stub>
      stub_;                        // of calls, of which there is one at a time
  WatchLayerRequest call_request_;  // of the present call
  absl::Mutex view_mutex_;
  MovingView view_ ABSL_GUARDED_BY(view_mutex_);
};

class AlertSession final : public LiveSession {
 public:
  AlertSession(std::shared_ptr<LiveHandler::Streams> streams, Viewer viewer,
               const std::shared_ptr<grpc::Channel>& channel, std::string filter)
      : LiveSession(std::move(streams), std::move(viewer)),
        stub_(alerts::v1::AlertService::NewStub(channel)) {
    request_.set_filter(std::move(filter));
  }

 private:
  void StartCall(std::shared_ptr<grpc::ClientContext> context) override {
    auto* reader = new StreamReader<alerts::v1::WatchAlertsResponse>(
        context,
        [this, self = shared_from_this()](const alerts::v1::WatchAlertsResponse& response,
                                          auto read_next) {
          Send(EventText("", "alerts", ProtoJson(response)), std::move(read_next));
        },
        [self = shared_from_this()](const grpc::Status& status) { self->OnCallEnd(status); });
    stub_->async()->WatchAlerts(context.get(), &request_, reader);
    reader->Begin();
  }
  bool needs_heartbeats() const override { return true; }
  absl::Status MoveTo(std::string_view layer_name, const layers::v1::View&) override {
    return NotFollowed(layer_name);
  }

  const std::unique_ptr<alerts::v1::AlertService::Stub> stub_;
  alerts::v1::WatchAlertsRequest request_;
};

}  // namespace

LiveHandler::LiveHandler(Options options, const Backends& backends, const LayerDirectory& directory,
                         const access::AccessControl& access, runtime::Timer& timer,
                         const std::function<absl::Time()>& city_time)
    : options_(options),
      backends_(backends),
      directory_(directory),
      streams_(std::make_shared<Streams>(options, access, timer)),
      boards_(std::make_unique<LiveBoards>(LiveBoards::Options{.list_period = options.list_period,
                                                               .retry_period = options.retry_period,
                                                               .silence_max = options.silence_max,
                                                               .linger = options.board_linger},
                                           backends, directory, timer, city_time)) {}

LiveHandler::~LiveHandler() { End(); }

void LiveHandler::End() {
  streams_->End();
  boards_->End();
}

std::optional<absl::Status> LiveHandler::Move(const layers::v1::SetViewportRequest& request,
                                              const access::Principal& caller) const {
  return streams_->Move(request, caller);
}

std::size_t LiveHandler::texts_bytes() const { return streams_->texts().bytes(); }

std::vector<access::Need> LiveHandler::NeedsOf(const HttpRequest& request) {
  const absl::StatusOr<LiveQuery> query = ReadLiveQuery(request);
  if (!query.ok()) return {ReadingAnyLayer()};  // Page refuses it
  std::vector<access::Need> needs;
  for (const WatchLayerRequest& watch : query->layers) {
    needs.push_back(ReadingLayer(LayerId(watch)));
  }
  if (query->stages) needs.push_back(ReadingLayer("flood"));
  if (query->jams > 0) needs.push_back(ReadingLayer("traffic"));
  if (query->alerts) needs.push_back(ReadingAlerts());
  // Notices name all layers.
  if (query->notices) needs.push_back({.permission = access::Permission::kLayersRead});
  if (query->clock || needs.empty()) needs.push_back(ReadingAnyLayer());
  return needs;
}

void LiveHandler::Page(const HttpRequest& request, Responder responder, Caller caller) {
  absl::StatusOr<LiveQuery> query = ReadLiveQuery(request);
  if (!query.ok()) return Refuse(responder, 400, ToStd(query.status().message()));
  // Until every backend has answered, the set of layers is incomplete: the stream waits.
  const bool all_known = directory_.KnowsAll();
  const std::shared_ptr<const LayerSet> layers = directory_.Layers();
  for (const WatchLayerRequest& watch : query->layers) {
    const std::string id = LayerId(watch);
    const KnownLayer* layer = layers->Find(id);
    if (layer != nullptr ? !layer->live() : all_known) {
      return Refuse(responder, 404, NoLiveLayer(id, *layers));
    }
  }
  absl::StatusOr<std::vector<LiveMux::Part>> parts = boards_->PartsOf(*query, caller->scopes);
  if (!parts.ok()) return Refuse(responder, 404, ToStd(parts.status().message()));
  LiveMux::Start(
      streams_, directory_,
      Viewer{std::move(responder), EventStreamCoding(request), std::move(caller), query->movable},
      std::move(query->layers), *std::move(parts));
}

void LiveHandler::Layer(const HttpRequest& request, Responder responder, Caller caller) {
  const bool knows_all = directory_.KnowsAll();
  const std::shared_ptr<const LayerSet> layers = directory_.Layers();
  const KnownLayer* layer = layers->Find(request.Param("layer"));
  // The stream waits for a layer that may still appear: an EventSource that is refused does not
  // reconnect.
  if (layer == nullptr ? knows_all : !layer->live()) {
    return Refuse(responder, 404, NoLiveLayer(request.Param("layer"), *layers));
  }
  absl::StatusOr<WatchLayerRequest> watch = ReadWatchRequest(request);
  if (!watch.ok()) return Refuse(responder, 400, ToStd(watch.status().message()));
  const absl::StatusOr<bool> movable = ReadMovable(request);
  if (!movable.ok()) return Refuse(responder, 400, ToStd(movable.status().message()));
  std::make_shared<LayerSession>(
      streams_,
      Viewer{std::move(responder), EventStreamCoding(request), std::move(caller), *movable},
      directory_, request.Param("layer"), *std::move(watch))
      ->Run();
}

void LiveHandler::Alerts(const HttpRequest& request, Responder responder, Caller caller) {
  const Backend* backend = backends_.Find("alerts");
  if (backend == nullptr)
    return Refuse(responder, 404,
                  "this gateway serves no alerts: it has no backend with the module alerts");
  std::string filter = request.Query("filter").value_or("");
  // Resolved alerts are history: a viewer without a filter does not need them.
  if (filter.empty()) filter = kActiveAlerts;
  std::make_shared<AlertSession>(
      streams_, Viewer{std::move(responder), EventStreamCoding(request), std::move(caller)},
      backend->channel, std::move(filter))
      ->Run();
}

}  // namespace citylayers::gateway
