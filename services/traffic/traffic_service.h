// citylayers.traffic.v1.TrafficService: single segments and jams.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_SERVICE_H_
#define CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_SERVICE_H_

#include <memory>

#include "base/clock.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/traffic/traffic_layer.h"

namespace citylayers::traffic {

/// A thin adapter over the layer. Thread-safe.
class TrafficServiceImpl final : public v1::TrafficService::CallbackService {
 public:
  TrafficServiceImpl(std::shared_ptr<const TrafficLayer> layer, const Clock& city_clock,
                     runtime::CallAdapter& calls)
      : layer_(std::move(layer)), city_clock_(city_clock), calls_(calls) {}

  grpc::ServerUnaryReactor* GetSegment(grpc::CallbackServerContext* context,
                                       const v1::GetSegmentRequest* request,
                                       v1::GetSegmentResponse* response) override;
  grpc::ServerUnaryReactor* ListSegments(grpc::CallbackServerContext* context,
                                         const v1::ListSegmentsRequest* request,
                                         v1::ListSegmentsResponse* response) override;
  grpc::ServerUnaryReactor* ListJams(grpc::CallbackServerContext* context,
                                     const v1::ListJamsRequest* request,
                                     v1::ListJamsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchJamsResponse>* WatchJams(
      grpc::CallbackServerContext* context, const v1::WatchJamsRequest* request) override;

 private:
  absl::StatusOr<v1::ListSegmentsResponse> FindSegments(
      const v1::ListSegmentsRequest& request) const;
  absl::StatusOr<v1::ListJamsResponse> FindJams(const v1::ListJamsRequest& request) const;
  v1::Segment Describe(std::uint32_t segment, const TrafficLayer::SegmentAnswer& answer) const;

  const std::shared_ptr<const TrafficLayer> layer_;
  const Clock& city_clock_;
  runtime::CallAdapter& calls_;
  const runtime::MonotonicClock machine_clock_;
};

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_SERVICE_H_
