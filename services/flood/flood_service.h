// citylayers.flood.v1.FloodService: depths and stages.
#ifndef CITYLAYERS_SERVICES_FLOOD_FLOOD_SERVICE_H_
#define CITYLAYERS_SERVICES_FLOOD_FLOOD_SERVICE_H_

#include <memory>

#include "base/clock.h"
#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "services/flood/flood_layer.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/call_adapter.h"

namespace citylayers::flood {

/// A thin adapter over the layer. Thread-safe.
class FloodServiceImpl final : public v1::FloodService::CallbackService {
 public:
  /// `stage_readings_max`: maximum number of readings per gauge that ListStages returns and that a
  /// message of WatchStages has.
  FloodServiceImpl(std::shared_ptr<const FloodLayer> layer, const Clock& city_clock,
                   runtime::CallAdapter& calls, std::size_t stage_readings_max = 2000)
      : layer_(std::move(layer)),
        city_clock_(city_clock),
        calls_(calls),
        stage_readings_max_(stage_readings_max) {}

  grpc::ServerUnaryReactor* GetDepth(grpc::CallbackServerContext* context,
                                     const v1::GetDepthRequest* request,
                                     v1::GetDepthResponse* response) override;
  grpc::ServerUnaryReactor* ListStages(grpc::CallbackServerContext* context,
                                       const v1::ListStagesRequest* request,
                                       v1::ListStagesResponse* response) override;
  grpc::ServerUnaryReactor* ListFloodedSegments(grpc::CallbackServerContext* context,
                                                const v1::ListFloodedSegmentsRequest* request,
                                                v1::ListFloodedSegmentsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchStagesResponse>* WatchStages(
      grpc::CallbackServerContext* context, const v1::WatchStagesRequest* request) override;
  grpc::ServerWriteReactor<v1::WatchFloodedStreetsResponse>* WatchFloodedStreets(
      grpc::CallbackServerContext* context, const v1::WatchFloodedStreetsRequest* request) override;
  grpc::ServerWriteReactor<v1::ExportDepthResponse>* ExportDepth(
      grpc::CallbackServerContext* context, const v1::ExportDepthRequest* request) override;

 private:
  absl::Status NeedTerrain() const;
  absl::StatusOr<v1::GetDepthResponse> DepthAt(const v1::GetDepthRequest& request) const;
  v1::ListStagesResponse Stages(const v1::ListStagesRequest& request) const;
  absl::StatusOr<v1::ListFloodedSegmentsResponse> Flooded(
      const v1::ListFloodedSegmentsRequest& request) const;
  absl::StatusOr<std::string> Export(const v1::ExportDepthRequest& request) const;

  const std::shared_ptr<const FloodLayer> layer_;
  const Clock& city_clock_;
  runtime::CallAdapter& calls_;
  const std::size_t stage_readings_max_;
  const runtime::MonotonicClock machine_clock_;
};

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_FLOOD_SERVICE_H_
