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
#include "services/gateway/proto_json.h"
#include "services/gateway/stream_reader.h"

namespace citylayers::gateway {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(2);
constexpr absl::Duration kNoticesPeriod = absl::Seconds(1);

std::string ReasonOf(const grpc::Status& status) {
  return status.ok() ? "the server ended the stream" : status.error_message();
}

// Whether the city does not have the requested feed, which is not a failure.
bool IsMissing(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNIMPLEMENTED ||
         status.error_code() == grpc::StatusCode::FAILED_PRECONDITION;
}

// A board whose whole value is sent whenever it changes: each event replaces all earlier ones.
class ValueBoard : public LiveBoard {
 public:
  ValueBoard(absl::Duration linger, std::string event, runtime::Timer& timer)
      : LiveBoard({.log_max = 0, .linger = linger}, std::move(event), timer) {}

 protected:
  // `comparable`: the part of the value that has to differ for an event.
  void Set(std::string value, std::string comparable) {
    bool first;
    bool same;
    {
      absl::MutexLock lock(&value_mutex_);
      first = !std::exchange(known_, true);
      same = !first && comparable == comparable_;
      if (!same) {
        value_ = std::move(value);
        comparable_ = std::move(comparable);
      }
    }
    if (same) return SetLost("");
    if (first) return Renew();
    Append("");
  }
  void Forget() {
    absl::MutexLock lock(&value_mutex_);
    known_ = false;
  }

 private:
  std::string MakeSnapshot() const override {
    absl::MutexLock lock(&value_mutex_);
    return value_;
  }

  mutable absl::Mutex value_mutex_;  // acquired after the board's, never before
  bool known_ ABSL_GUARDED_BY(value_mutex_) = false;
  std::string value_ ABSL_GUARDED_BY(value_mutex_);
  std::string comparable_ ABSL_GUARDED_BY(value_mutex_);
};

// Polls a unary method.
template <typename Request, typename Response>
class PollBoard final : public ValueBoard {
 public:
  // Starts a call; `done` is called at its end.
  using Ask = std::function<void(grpc::ClientContext*, const Request*, Response*,
                                 std::function<void(grpc::Status)> done)>;
  // The event's data, and the part that has to differ.
  using ToText = std::function<std::pair<std::string, std::string>(const Response&)>;

  PollBoard(absl::Duration linger, absl::Duration period, std::string event, runtime::Timer& timer,
            Request request, Ask ask, ToText to_text)
      : ValueBoard(linger, std::move(event), timer),
        period_(period),
        request_(std::move(request)),
        ask_(std::move(ask)),
        to_text_(std::move(to_text)) {}

  void End() override {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    if (call_) call_->context.TryCancel();
    const auto idle = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return calls_open_ == 0; };
    mutex_.Await(absl::Condition(&idle));
  }

 private:
  struct Call {
    grpc::ClientContext context;
    Response response;
  };

  void StartSource() override {
    Forget();
    Turn();
  }
  void Turn() {
    auto call = std::make_shared<Call>();
    call->context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
    {
      absl::MutexLock lock(&mutex_);
      if (ended_) return;
      call_ = call;
      ++calls_open_;
    }
    ask_(&call->context, &request_, &call->response,
         [this, self = shared_from_this(), call](const grpc::Status& status) {
           OnAnswer(call, status);
         });
  }
  void OnAnswer(const std::shared_ptr<Call>& call, const grpc::Status& status) {
    if (status.ok()) {
      auto [value, comparable] = to_text_(call->response);
      Set(std::move(value), std::move(comparable));
    } else {
      SetLost(IsMissing(status) ? "" : ReasonOf(status));
    }
    if (KeepGoing()) {
      timer().After(period_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) static_cast<PollBoard&>(*self).Turn();
      });
    }
    absl::MutexLock lock(&mutex_);
    if (call_ == call) call_ = nullptr;  // the next turn may have begun
    --calls_open_;
  }

  const absl::Duration period_;
  const Request request_;
  const Ask ask_;
  const ToText to_text_;
  absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  int calls_open_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<Call> call_ ABSL_GUARDED_BY(mutex_);  // the latest
};

// Follows the alerts that match kStandingAlerts.
class AlertsBoard final : public LiveBoard {
 public:
  AlertsBoard(const LiveBoards::Options& options, runtime::Timer& timer,
              const std::shared_ptr<grpc::Channel>& channel)
      : LiveBoard({.linger = options.linger}, "alerts", timer),
        retry_period_(options.retry_period),
        stub_(alerts::v1::AlertService::NewStub(channel)) {
    request_.set_filter(std::string(kStandingAlerts));
  }

  void End() override {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    if (context_) context_->TryCancel();
    const auto idle = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return calls_open_ == 0; };
    mutex_.Await(absl::Condition(&idle));
  }

 private:
  using Response = alerts::v1::WatchAlertsResponse;

  void StartSource() override {
    auto context = std::make_shared<grpc::ClientContext>();
    std::uint64_t call;
    {
      absl::MutexLock lock(&mutex_);
      if (ended_) return;
      if (context_) context_->TryCancel();
      context_ = context;
      call = ++call_;
      ++calls_open_;
    }
    const auto self = shared_from_this();
    auto* reader = new StreamReader<Response>(
        context,
        [this, self, call](const Response& response, auto read_next) {
          OnChange(call, response);
          read_next();
        },
        [this, self, call](const grpc::Status& status) { OnEnd(call, status); });
    stub_->async()->WatchAlerts(context.get(), &request_, reader);
    reader->Begin();
    After(kNoticesPeriod, call, &AlertsBoard::CheckViewers);
  }
  // Runs a method later, unless another call has begun by then.
  void After(absl::Duration delay, std::uint64_t call, void (AlertsBoard::*method)(std::uint64_t)) {
    timer().After(delay, [weak = weak_from_this(), call, method] {
      const auto self = weak.lock();
      if (!self) return;
      auto& board = static_cast<AlertsBoard&>(*self);
      if (board.IsCurrent(call)) (board.*method)(call);
    });
  }
  bool IsCurrent(std::uint64_t call) {
    absl::MutexLock lock(&mutex_);
    return call == call_ && !ended_;
  }
  // Cancels the call once there has been no viewer for `linger`.
  void CheckViewers(std::uint64_t call) {
    if (KeepGoing()) return After(kNoticesPeriod, call, &AlertsBoard::CheckViewers);
    absl::MutexLock lock(&mutex_);
    if (call != call_) return;  // a viewer subscribed and started a new call
    ++call_;
    if (context_) context_->TryCancel();
    context_ = nullptr;
  }
  void Retry(std::uint64_t /*call*/) {
    if (KeepGoing()) StartSource();
  }
  void OnChange(std::uint64_t call, const Response& response) {
    if (!IsCurrent(call)) return;
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
  void OnEnd(std::uint64_t call, const grpc::Status& status) {
    if (IsCurrent(call)) {
      SetLost(ReasonOf(status));
      After(retry_period_, call, &AlertsBoard::Retry);
    }
    absl::MutexLock lock(&mutex_);
    if (call == call_) context_ = nullptr;
    --calls_open_;
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

  const absl::Duration retry_period_;
  const std::unique_ptr<alerts::v1::AlertService::Stub> stub_;
  alerts::v1::WatchAlertsRequest request_;
  absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t call_ ABSL_GUARDED_BY(mutex_) =
      0;  // the present call; events of earlier ones are ignored
  int calls_open_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
  mutable absl::Mutex alerts_mutex_;  // taken after the board's, never before
  std::map<std::string, std::string> alerts_ ABSL_GUARDED_BY(alerts_mutex_);  // JSON by name
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
std::shared_ptr<LiveBoard> MakePoll(const LiveBoards::Options& options, std::string event,
                                    runtime::Timer& timer, const Backend* backend, Request request,
                                    void (*ask)(typename Service::Stub&, grpc::ClientContext*,
                                                const Request*, Response*,
                                                std::function<void(grpc::Status)>),
                                    typename PollBoard<Request, Response>::ToText to_text) {
  if (backend == nullptr) return nullptr;
  std::shared_ptr<typename Service::Stub> stub = Service::NewStub(backend->channel);
  return std::make_shared<PollBoard<Request, Response>>(
      options.linger, options.poll_period, std::move(event), timer, std::move(request),
      [stub, ask](grpc::ClientContext* context, const Request* asked, Response* response,
                  std::function<void(grpc::Status)> done) {
        ask(*stub, context, asked, response, std::move(done));
      },
      std::move(to_text));
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

std::pair<std::string, std::string> ClockText(const common::v1::GetClockResponse& response) {
  std::string text = StrCat("{\"clock\":", ProtoJson(response.clock()), ",\"serverTime\":\"",
                            Rfc3339(absl::Now()), "\"}");
  return {text, text};  // every answer with a clock is an event
}

}  // namespace

LiveBoards::LiveBoards(Options options, const Backends& backends, const LayerDirectory& directory,
                       runtime::Timer& timer)
    : options_(options), backends_(backends), timer_(timer) {
  if (const Backend* backend = backends.Find("alerts")) {
    alerts_ = std::make_shared<AlertsBoard>(options, timer, backend->channel);
  }
  using common::v1::ClockService;
  clock_ = MakePoll<ClockService, common::v1::GetClockRequest, common::v1::GetClockResponse>(
      options, "clock", timer, backends.FindByService(ClockService::service_full_name()), {},
      [](ClockService::Stub& stub, grpc::ClientContext* context,
         const common::v1::GetClockRequest* request, common::v1::GetClockResponse* response,
         std::function<void(grpc::Status)> done) {
        stub.async()->GetClock(context, request, response, std::move(done));
      },
      ClockText);
  using flood::v1::FloodService;
  stages_ = MakePoll<FloodService, flood::v1::ListStagesRequest, flood::v1::ListStagesResponse>(
      options, "stages", timer, backends.FindByService(FloodService::service_full_name()), {},
      [](FloodService::Stub& stub, grpc::ClientContext* context,
         const flood::v1::ListStagesRequest* request, flood::v1::ListStagesResponse* response,
         std::function<void(grpc::Status)> done) {
        stub.async()->ListStages(context, request, response, std::move(done));
      },
      WholeText<flood::v1::ListStagesResponse>);
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
  board = MakePoll<TrafficService, traffic::v1::ListJamsRequest, traffic::v1::ListJamsResponse>(
      options_, "jams", timer_, backends_.FindByService(TrafficService::service_full_name()),
      request,
      [](TrafficService::Stub& stub, grpc::ClientContext* context,
         const traffic::v1::ListJamsRequest* asked, traffic::v1::ListJamsResponse* response,
         std::function<void(grpc::Status)> done) {
        stub.async()->ListJams(context, asked, response, std::move(done));
      },
      JamsText);
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
