#include "services/gateway/clock_board.h"

#include <utility>

#include "base/rfc3339.h"
#include "base/strings.h"
#include "services/gateway/proto_json.h"
#include "services/runtime/monotonic_clock.h"

namespace citylayers::gateway {

ClockBoard::ClockBoard(StreamBoardOptions options, absl::Duration linger, absl::Duration period,
                       runtime::Timer& timer, const std::shared_ptr<grpc::Channel>& channel)
    : StreamBoard(options, timer, linger, "clock"),
      period_(period),
      stub_(common::v1::ClockService::NewStub(channel)) {}

void ClockBoard::Open(grpc::ClientContext* context, StreamReader<Response>* reader) {
  stub_->async()->WatchClock(context, &request_, reader);
}

void ClockBoard::OnMessage(const Response& response) {
  const absl::Time now = runtime::MonotonicNow();
  common::v1::CityClock setting = response.clock();
  setting.clear_city_time();
  setting.clear_as_of_time();
  setting.clear_hold_time();  // moves ahead with a replay
  std::string set = setting.SerializeAsString();
  if (set == set_ && now - sent_ < period_) return SetLost("");
  set_ = std::move(set);
  sent_ = now;
  std::string text = StrCat("{\"clock\":", ProtoJson(response.clock()), ",\"serverTime\":\"",
                            Rfc3339(absl::Now()), "\"}");
  Set(text, text);
}

}  // namespace citylayers::gateway
