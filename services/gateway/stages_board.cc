#include "services/gateway/stages_board.h"

#include <utility>

#include "proto/support/proto_time.h"
#include "services/gateway/proto_json.h"

namespace citylayers::gateway {
namespace {

// As ListStages: there is no reading, or it is older than three of its periods.
bool IsStale(const flood::v1::Stage& stage, absl::Time city_now) {
  return !stage.has_read_time() ||
         city_now - FromProtoTime(stage.read_time()) > 3 * absl::Seconds(stage.period().seconds());
}

}  // namespace

StagesBoard::StagesBoard(StreamBoardOptions options, absl::Duration linger, absl::Duration period,
                         runtime::Timer& timer, const std::shared_ptr<grpc::Channel>& channel,
                         std::function<absl::Time()> city_time)
    : ListBoard(options, period, timer, linger, "stages"),
      stub_(flood::v1::FloodService::NewStub(channel)),
      city_time_(std::move(city_time)) {}

void StagesBoard::Open(grpc::ClientContext* context, StreamReader<Response>* reader) {
  stub_->async()->WatchStages(context, &request_, reader);
}

void StagesBoard::OnStart() {
  ListBoard::OnStart();
  Forget();
}

void StagesBoard::Apply(const Response& response, StagesByStation& stages) const {
  for (const flood::v1::Stage& changed : response.stages()) {
    flood::v1::Stage& stage = stages[changed.station()] = changed;
    stage.clear_recent_readings();
  }
}

void StagesBoard::Publish(StagesByStation stages) {
  const absl::Time city_now = city_time_();
  flood::v1::ListStagesResponse response;
  for (auto& [station, stage] : stages) {
    stage.set_stale(IsStale(stage, city_now));
    *response.add_stages() = std::move(stage);
  }
  const std::string text = ProtoJson(response);
  Set(text, text);
}

}  // namespace citylayers::gateway
