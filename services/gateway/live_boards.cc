#include "services/gateway/live_boards.h"

#include <functional>
#include <string>
#include <utility>

#include <grpcpp/client_context.h>
#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "base/strings.h"
#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "services/gateway/list_board.h"
#include "services/gateway/proto_json.h"
#include "services/gateway/stream_board.h"
#include "services/gateway/value_board.h"

namespace citylayers::gateway {
namespace {

constexpr absl::Duration kNoticesPeriod = absl::Seconds(1);

// Follows the alerts that match kStandingAlerts.
class AlertsBoard final : public StreamBoard<LiveBoard, alerts::v1::WatchAlertsResponse> {
 public:
  AlertsBoard(const LiveBoards::Options& options, runtime::Timer& timer,
              const std::shared_ptr<grpc::Channel>& channel)
      : StreamBoard(options.retry_period, LiveBoard::Options{.linger = options.linger}, "alerts",
                    timer),
        stub_(alerts::v1::AlertService::NewStub(channel)) {
    request_.set_filter(std::string(kStandingAlerts));
  }

 private:
  using Response = alerts::v1::WatchAlertsResponse;

  void Open(grpc::ClientContext* context, StreamReader<Response>* reader) override {
    stub_->async()->WatchAlerts(context, &request_, reader);
  }
  void OnMessage(const Response& response) override {
    {
      absl::MutexLock lock(&alerts_mutex_);
      if (response.snapshot()) alerts_.clear();
      for (const auto& alert : response.alerts()) {
        if (alert.state() == alerts::v1::ALERT_STATE_RESOLVED) {
          alerts_.erase(alert.name());
        } else {
          alerts_[alert.name()] = ProtoJson(alert);
        }
      }
    }
    if (response.snapshot()) return Renew();
    Append(ProtoJson(response));
  }
  std::string MakeSnapshot() const override {
    absl::MutexLock lock(&alerts_mutex_);
    std::string text = "{";
    for (const auto& [name, json] : alerts_) {
      StrAppend(&text, text.size() == 1 ? "\"alerts\":[" : ",", json);
    }
    StrAppend(&text, alerts_.empty() ? "" : "],", "\"snapshot\":true}");
    return text;
  }

  const std::unique_ptr<alerts::v1::AlertService::Stub> stub_;
  alerts::v1::WatchAlertsRequest request_;
  mutable absl::Mutex alerts_mutex_;  // taken after the board's, never before
  std::map<std::string, std::string> alerts_ ABSL_GUARDED_BY(alerts_mutex_);  // JSON by name
};

// The city clock. The server sends it once per second; viewers, who compute the time from its
// speed, get it once per period and whenever it is set.
class ClockBoard final : public StreamBoard<ValueBoard, common::v1::WatchClockResponse> {
 public:
  ClockBoard(const LiveBoards::Options& options, runtime::Timer& timer,
             const std::shared_ptr<grpc::Channel>& channel)
      : StreamBoard(options.retry_period, options.linger, "clock", timer),
        period_(options.poll_period),
        stub_(common::v1::ClockService::NewStub(channel)) {}

 private:
  using Response = common::v1::WatchClockResponse;

  void Open(grpc::ClientContext* context, StreamReader<Response>* reader) override {
    stub_->async()->WatchClock(context, &request_, reader);
  }
  void OnStart() override { Forget(); }
  void OnMessage(const Response& response) override {
    const absl::Time now = absl::Now();
    common::v1::CityClock setting = response.clock();
    setting.clear_city_time();
    setting.clear_as_of_time();
    setting.clear_hold_time();  // moves ahead with a replay
    std::string set = setting.SerializeAsString();
    if (set == set_ && now - sent_ < period_) return SetLost("");
    set_ = std::move(set);
    sent_ = now;
    std::string text = StrCat("{\"clock\":", ProtoJson(response.clock()), ",\"serverTime\":\"",
                              Rfc3339(now), "\"}");
    Set(text, text);
  }

  const absl::Duration period_;
  const std::unique_ptr<common::v1::ClockService::Stub> stub_;
  const common::v1::WatchClockRequest request_;
  // Of the calls' messages, which come one at a time:
  std::string set_;
  absl::Time sent_ = absl::InfinitePast();
};

// The directory's notices of each layer. It calls no backend.
class NoticesBoard final : public ValueBoard {
 public:
  NoticesBoard(absl::Duration linger, const LayerDirectory& directory, runtime::Timer& timer)
      : ValueBoard(linger, "notices", timer), directory_(directory) {}

  void End() override {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
  }

 private:
  void StartSource() override {
    Forget();
    Turn();
  }
  void Turn() {
    std::pair<std::string, std::string> texts;
    {
      // Held while the directory is read: it may be destroyed once End has returned.
      absl::MutexLock lock(&mutex_);
      if (ended_) return;
      texts = Texts();
    }
    Set(std::move(texts.first), std::move(texts.second));
    if (!KeepGoing()) return;
    timer().After(kNoticesPeriod, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) static_cast<NoticesBoard&>(*self).Turn();
    });
  }
  std::pair<std::string, std::string> Texts() const {
    using Json = nlohmann::ordered_json;
    Json layers = Json::object();
    Json comparable = Json::object();
    for (const auto& known : directory_.Layers()->all()) {
      const layers::v1::Layer& layer = known->layer;
      Json json{
          {"kind", known->live() ? "live" : "static"},
          {"stale", layer.stale() || !known->reachable},
          {"reachable", known->reachable},
          {"notices", std::vector<std::string>(layer.notices().begin(), layer.notices().end())},
          {"packId", layer.pack_id()}};
      if (!layer.unavailable_reason().empty()) {
        json["unavailableReason"] = layer.unavailable_reason();
      }
      comparable[known->id] = json;
      if (layer.has_data_time()) {
        json["dataTime"] = Rfc3339(absl::FromUnixSeconds(layer.data_time().seconds()) +
                                   absl::Nanoseconds(layer.data_time().nanos()));
      }
      layers[known->id] = std::move(json);
    }
    const auto text = [](const Json& json) {
      return json.dump(-1, ' ', false, Json::error_handler_t::replace);
    };
    return {StrCat("{\"layers\":", text(layers), "}"), text(comparable)};
  }

  const LayerDirectory& directory_;
  absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

// A board of a unary method; nullptr when no backend has it. `ask` calls the method.
template <typename Service, typename Request, typename Response>
std::shared_ptr<LiveBoard> MakeList(const LiveBoards::Options& options, std::string event,
                                    runtime::Timer& timer, const Backend* backend, Request request,
                                    void (*ask)(typename Service::Stub&, grpc::ClientContext*,
                                                const Request*, Response*,
                                                std::function<void(grpc::Status)>),
                                    typename ListBoard<Request, Response>::ToText to_text,
                                    const LayerDirectory& directory, std::string_view layer) {
  if (backend == nullptr) return nullptr;
  std::shared_ptr<typename Service::Stub> stub = Service::NewStub(backend->channel);
  return std::make_shared<ListBoard<Request, Response>>(
      options.linger, options.poll_period, std::move(event), timer, std::move(request),
      [stub, ask](grpc::ClientContext* context, const Request* asked, Response* response,
                  std::function<void(grpc::Status)> done) {
        ask(*stub, context, asked, response, std::move(done));
      },
      std::move(to_text),
      [&directory, layer] {
        const std::shared_ptr<const KnownLayer> known = directory.Layers()->Share(layer);
        // A layer that goes or comes back is another one too: only a call finds out what is lost.
        return known == nullptr ? std::uint64_t{0}
                                : known->revision * 2 + (known->reachable ? 1 : 0);
      });
}

template <typename Response>
std::pair<std::string, std::string> WholeText(const Response& response) {
  std::string text = ProtoJson(response);
  return {text, text};
}

// Unchanged jams are not an event, even when their data time is newer.
std::pair<std::string, std::string> JamsText(const traffic::v1::ListJamsResponse& response) {
  traffic::v1::ListJamsResponse comparable = response;
  comparable.clear_data_time();
  return {ProtoJson(response), ProtoJson(comparable)};
}

}  // namespace

LiveBoards::LiveBoards(Options options, const Backends& backends, const LayerDirectory& directory,
                       runtime::Timer& timer)
    : options_(options), backends_(backends), directory_(directory), timer_(timer) {
  if (const Backend* backend = backends.Find("alerts")) {
    alerts_ = std::make_shared<AlertsBoard>(options, timer, backend->channel);
  }
  using common::v1::ClockService;
  if (const Backend* backend = backends.FindByService(ClockService::service_full_name())) {
    clock_ = std::make_shared<ClockBoard>(options, timer, backend->channel);
  }
  using flood::v1::FloodService;
  stages_ = MakeList<FloodService, flood::v1::ListStagesRequest, flood::v1::ListStagesResponse>(
      options, "stages", timer, backends.FindByService(FloodService::service_full_name()), {},
      [](FloodService::Stub& stub, grpc::ClientContext* context,
         const flood::v1::ListStagesRequest* request, flood::v1::ListStagesResponse* response,
         std::function<void(grpc::Status)> done) {
        stub.async()->ListStages(context, request, response, std::move(done));
      },
      WholeText<flood::v1::ListStagesResponse>, directory, "flood");
  notices_ = std::make_shared<NoticesBoard>(options.linger, directory, timer);
}

LiveBoards::~LiveBoards() { End(); }

std::shared_ptr<LiveBoard> LiveBoards::JamsBoard(int count) {
  using traffic::v1::TrafficService;
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<LiveBoard>& board = jams_[count];
  if (board) return board;
  traffic::v1::ListJamsRequest request;
  request.set_page_size(count);
  board = MakeList<TrafficService, traffic::v1::ListJamsRequest, traffic::v1::ListJamsResponse>(
      options_, "jams", timer_, backends_.FindByService(TrafficService::service_full_name()),
      request,
      [](TrafficService::Stub& stub, grpc::ClientContext* context,
         const traffic::v1::ListJamsRequest* asked, traffic::v1::ListJamsResponse* response,
         std::function<void(grpc::Status)> done) {
        stub.async()->ListJams(context, asked, response, std::move(done));
      },
      JamsText, directory_, "traffic");
  return board;
}

absl::StatusOr<std::vector<LiveBoards::Part>> LiveBoards::PartsOf(const LiveQuery& query) {
  std::vector<Part> parts;
  // A feed that this city does not have sends no events; the page need not know which exist.
  const auto add = [&](const std::shared_ptr<LiveBoard>& board) {
    if (board) parts.push_back({board, {}, false});
  };
  if (query.alerts) add(alerts_);
  if (query.alerts && alerts_) {
    parts.back().cursor = query.alerts_cursor;
    parts.back().resumes = true;
  }
  if (query.clock) add(clock_);
  if (query.stages) add(stages_);
  if (query.jams > 0) add(JamsBoard(query.jams));
  if (query.notices) add(notices_);
  if (parts.empty() && query.layers.empty()) {
    return absl::NotFoundError("this gateway serves none of these feeds: no backend has them");
  }
  return parts;
}

void LiveBoards::End() {
  std::vector<std::shared_ptr<LiveBoard>> boards = {alerts_, clock_, stages_, notices_};
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [count, board] : jams_) boards.push_back(board);
  }
  for (const auto& board : boards) {
    if (board) board->End();
  }
}

}  // namespace citylayers::gateway
