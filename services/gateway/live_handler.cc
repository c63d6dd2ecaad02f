#include "services/gateway/live_handler.h"

#include <charconv>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include <google/protobuf/util/json_util.h>

#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "proto/support/strings.h"
#include "services/gateway/cors.h"
#include "services/gateway/live_session.h"

namespace citylayers::gateway {
namespace {

using layers::v1::WatchLayerRequest;
using layers::v1::WatchLayerResponse;
using runtime::HttpRequest;
using runtime::HttpResponse;
using runtime::Responder;

std::string JsonOf(const google::protobuf::Message& message) {
  std::string json;
  // Never an error for messages that were parsed: there is no Any and no bad UTF-8 in them.
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) json = "{}";
  return json;
}

void Refuse(Responder& responder, int status, std::string_view detail) {
  HttpResponse response = runtime::ProblemResponse(status, detail);
  response.headers += kPublicCorsHeaders;
  responder.Send(std::move(response));
}

// Follows one layer, and remembers where it is.
class LayerSession final : public LiveSession {
 public:
  LayerSession(std::shared_ptr<LiveHandler::Streams> streams, Responder responder,
               const std::shared_ptr<grpc::Channel>& channel, WatchLayerRequest request)
      : LiveSession(std::move(streams), std::move(responder)),
        stub_(layers::v1::LayerService::NewStub(channel)),
        request_(std::move(request)) {}

 private:
  void StartCall(std::shared_ptr<grpc::ClientContext> context) override {
    auto* reader = new EventReader<WatchLayerResponse>(
        shared_from_this(), context,
        [this](const WatchLayerResponse& response) { return EventOf(response); });
    stub_->async()->WatchLayer(context.get(), &request_, reader);
    reader->Begin();
  }
  bool needs_heartbeats() const override { return false; }

  std::string EventOf(const WatchLayerResponse& response) {
    if (response.has_snapshot()) {
      const auto& snapshot = response.snapshot();
      Remember(snapshot.pack_id(), snapshot.version());
      return Text("snapshot", JsonOf(snapshot));
    }
    if (response.has_delta()) {
      Remember(response.delta().pack_id(), response.delta().to());
      return Text("delta", JsonOf(response.delta()));
    }
    // The next delta begins at the version of the last heartbeat, not of the last delta.
    if (response.heartbeat().has_version() && request_.has_resume()) {
      *request_.mutable_resume()->mutable_version() = response.heartbeat().version();
    }
    return Text("heartbeat", JsonOf(response.heartbeat()));
  }
  // The next call, if this one breaks, goes on from here.
  void Remember(const std::string& pack_id, const layers::v1::LayerVersion& version) {
    request_.mutable_resume()->set_pack_id(pack_id);
    *request_.mutable_resume()->mutable_version() = version;
  }
  std::string Text(std::string_view name, std::string_view data) const {
    std::string id;
    if (request_.has_resume()) {
      id = StrCat("id: ", EventId(request_.resume().pack_id(), request_.resume().version()), "\n");
    }
    return StrCat(id, "event: ", name, "\ndata: ", data, "\n\n");
  }

  const std::unique_ptr<layers::v1::LayerService::Stub> stub_;
  WatchLayerRequest request_;  // read by a call only while it starts, changed only by its events
};

class AlertSession final : public LiveSession {
 public:
  AlertSession(std::shared_ptr<LiveHandler::Streams> streams, Responder responder,
               const std::shared_ptr<grpc::Channel>& channel, std::string filter)
      : LiveSession(std::move(streams), std::move(responder)),
        stub_(alerts::v1::AlertService::NewStub(channel)) {
    request_.set_filter(std::move(filter));
  }

 private:
  void StartCall(std::shared_ptr<grpc::ClientContext> context) override {
    auto* reader = new EventReader<alerts::v1::WatchAlertsResponse>(
        shared_from_this(), context, [](const alerts::v1::WatchAlertsResponse& response) {
          return StrCat("event: alerts\ndata: ", JsonOf(response), "\n\n");
        });
    stub_->async()->WatchAlerts(context.get(), &request_, reader);
    reader->Begin();
  }
  bool needs_heartbeats() const override { return true; }

  const std::unique_ptr<alerts::v1::AlertService::Stub> stub_;
  alerts::v1::WatchAlertsRequest request_;
};

absl::Status ReadBox(const std::string& text, WatchLayerRequest& request) {
  const std::vector<std::string> parts = absl::StrSplit(text, ',');
  double edges[4];
  bool good = parts.size() == 4;
  for (std::size_t i = 0; good && i < 4; ++i) good = absl::SimpleAtod(parts[i], &edges[i]);
  if (!good || !(edges[0] <= edges[2]) || !(edges[1] <= edges[3])) {
    return absl::InvalidArgumentError(StrCat("bbox \"", text,
                                             "\" is not west,south,east,north in degrees, such as "
                                             "106.6,10.7,106.8,10.9"));
  }
  request.mutable_viewport()->set_west_deg(edges[0]);
  request.mutable_viewport()->set_south_deg(edges[1]);
  request.mutable_viewport()->set_east_deg(edges[2]);
  request.mutable_viewport()->set_north_deg(edges[3]);
  return absl::OkStatus();
}

}  // namespace

std::string EventId(std::string_view pack_id, const layers::v1::LayerVersion& version) {
  return StrCat(pack_id, ":", version.epoch(), ":", version.counter());
}

std::optional<layers::v1::ResumeToken> ReadEventId(std::string_view id) {
  const std::size_t last = id.rfind(':');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  const std::size_t middle = id.rfind(':', last - 1);
  if (middle == std::string_view::npos) return std::nullopt;
  std::uint64_t epoch = 0;
  std::uint64_t counter = 0;
  if (!absl::SimpleAtoi(ToAbsl(id.substr(middle + 1, last - middle - 1)), &epoch) ||
      !absl::SimpleAtoi(ToAbsl(id.substr(last + 1)), &counter)) {
    return std::nullopt;
  }
  layers::v1::ResumeToken token;
  token.set_pack_id(std::string(id.substr(0, middle)));
  token.mutable_version()->set_epoch(epoch);
  token.mutable_version()->set_counter(counter);
  return token;
}

absl::StatusOr<WatchLayerRequest> ReadWatchRequest(const HttpRequest& request) {
  WatchLayerRequest watch;
  watch.set_name(StrCat("layers/", request.Param("layer")));
  if (const auto box = request.Query("bbox"); box && !box->empty()) {
    if (absl::Status status = ReadBox(*box, watch); !status.ok()) return status;
  }
  if (const auto zoom = request.Query("zoom")) {
    double value = 0;  // maps have fractional zooms
    if (!absl::SimpleAtod(*zoom, &value) || !(value >= 0 && value <= 24)) {
      return absl::InvalidArgumentError(StrCat("zoom \"", *zoom, "\" is not a number of 0 to 24"));
    }
    watch.set_zoom(static_cast<std::uint32_t>(value));
  }
  if (const auto tick = request.Query("tick_ms")) {
    std::uint32_t value = 0;
    if (!absl::SimpleAtoi(*tick, &value)) {
      return absl::InvalidArgumentError(
          StrCat("tick_ms \"", *tick, "\" is not a number of milliseconds"));
    }
    watch.set_tick_ms(value);
  }
  if (const auto columns = request.Query("columns")) {
    for (absl::string_view column : absl::StrSplit(*columns, ',', absl::SkipEmpty())) {
      watch.add_columns(std::string(column));
    }
  }
  watch.set_tiles_only(request.Query("tiles_only") == "1");
  if (const auto resume = request.Query("resume"); resume && !resume->empty()) {
    auto token = ReadEventId(*resume);
    if (!token) {
      return absl::InvalidArgumentError(
          StrCat("resume \"", *resume, "\" is not PACK:EPOCH:COUNTER, the id of an event"));
    }
    *watch.mutable_resume() = *std::move(token);
  }
  // What the browser says when it comes back is newer than what the page's address says.
  if (auto token = ReadEventId(request.Header("last-event-id"))) {
    *watch.mutable_resume() = *std::move(token);
  }
  return watch;
}

LiveHandler::LiveHandler(Options options, const Backends& backends, const LayerDirectory& directory,
                         runtime::Timer& timer)
    : options_(options),
      backends_(backends),
      directory_(directory),
      streams_(std::make_shared<Streams>(options, timer)) {}

LiveHandler::~LiveHandler() { streams_->End(); }

void LiveHandler::Layer(const HttpRequest& request, Responder responder) {
  const std::shared_ptr<const LayerSet> layers = directory_.Layers();
  const KnownLayer* layer = layers->Find(request.Param("layer"));
  if (layer == nullptr || !layer->live()) {
    return Refuse(responder, 404,
                  StrCat("there is no live layer \"", request.Param("layer"), "\"; layers are: ",
                         layers->all().empty() ? std::string("none yet") : layers->Names()));
  }
  absl::StatusOr<WatchLayerRequest> watch = ReadWatchRequest(request);
  if (!watch.ok()) return Refuse(responder, 400, ToStd(watch.status().message()));
  std::make_shared<LayerSession>(streams_, std::move(responder), layer->backend->channel,
                                 *std::move(watch))
      ->Run();
}

void LiveHandler::Alerts(const HttpRequest& request, Responder responder) {
  const Backend* backend = backends_.Find("alerts");
  if (backend == nullptr) return Refuse(responder, 404, "this gateway has no alerts behind it");
  std::string filter = request.Query("filter").value_or("");
  std::make_shared<AlertSession>(streams_, std::move(responder), backend->channel,
                                 std::move(filter))
      ->Run();
}

}  // namespace citylayers::gateway
