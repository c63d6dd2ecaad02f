#include "services/gateway/alerts_board.h"

#include <utility>

#include "base/strings.h"
#include "services/gateway/proto_json.h"
#include "services/runtime/rpc/hidden_fields.h"

namespace citylayers::gateway {

AlertsBoard::AlertsBoard(StreamBoardOptions options, absl::Duration linger, runtime::Timer& timer,
                         const std::shared_ptr<grpc::Channel>& channel, access::ScopeSet audience)
    : StreamBoard(options, timer, LiveBoard::Options{.linger = linger}, "alerts"),
      stub_(alerts::v1::AlertService::NewStub(channel)),
      audience_(std::move(audience)) {
  request_.set_filter(std::string(kActiveAlerts));
}

void AlertsBoard::Open(grpc::ClientContext* context, StreamReader<Response>* reader) {
  stub_->async()->WatchAlerts(context, &request_, reader);
}

// The board calls with the key of the process, which sees everything.
void AlertsBoard::OnMessage(const Response& message) {
  Response response = message;
  runtime::HiddenFields::Of<Response>().Hide(audience_, response);
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

std::string AlertsBoard::MakeSnapshot() const {
  absl::MutexLock lock(&alerts_mutex_);
  std::string text = "{";
  for (const auto& [name, json] : alerts_) {
    StrAppend(&text, text.size() == 1 ? "\"alerts\":[" : ",", json);
  }
  StrAppend(&text, alerts_.empty() ? "" : "],", "\"snapshot\":true}");
  return text;
}

}  // namespace citylayers::gateway
