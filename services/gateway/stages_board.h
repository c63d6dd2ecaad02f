// The water levels of the gauges, for all pages. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_STAGES_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_STAGES_BOARD_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include <grpcpp/channel.h>

#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "services/gateway/list_board.h"
#include "services/gateway/value_board.h"

namespace citylayers::gateway {

using StagesByStation = std::map<std::string, flood::v1::Stage>;

/// Follows WatchStages. Events: a ListStagesResponse with all stages as JSON.
class StagesBoard final
    : public ListBoard<ValueBoard, flood::v1::WatchStagesResponse, StagesByStation> {
 public:
  /// `timer` must outlive it. `city_time` is thread-safe.
  StagesBoard(StreamBoardOptions options, absl::Duration linger, absl::Duration period,
              runtime::Timer& timer, const std::shared_ptr<grpc::Channel>& channel,
              std::function<absl::Time()> city_time);

 private:
  using Response = flood::v1::WatchStagesResponse;

  void Open(grpc::ClientContext* context, StreamReader<Response>* reader) override;
  void OnStart() override;
  void Apply(const Response& response, StagesByStation& stages) const override;
  void Publish(StagesByStation stages) override;

  const std::unique_ptr<flood::v1::FloodService::Stub> stub_;
  const flood::v1::WatchStagesRequest request_;
  const std::function<absl::Time()> city_time_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_STAGES_BOARD_H_
