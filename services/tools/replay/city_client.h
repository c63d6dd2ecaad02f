// CityPort over gRPC, and the lists of stations and segments that a replay reads.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_CITY_CLIENT_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_CITY_CLIENT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/channel.h>

#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "services/tools/replay/city_listing.h"
#include "services/tools/replay/city_port.h"

namespace citylayers::replay {

/// CityPort over a channel. Each call has a deadline. Thread-safe.
class CityClient final : public CityPort {
 public:
  CityClient(const std::shared_ptr<grpc::Channel>& channel, absl::Duration timeout);

  absl::StatusOr<common::v1::CityClock> GetClock() override;
  absl::StatusOr<common::v1::CityClock> SetClock(
      const common::v1::SetClockRequest& request) override;
  absl::StatusOr<readings::v1::WriteReadingsResponse> WriteReadings(
      const readings::v1::WriteReadingsRequest& request) override;

 private:
  const std::unique_ptr<common::v1::ClockService::Stub> clock_;
  const std::unique_ptr<readings::v1::ReadingService::Stub> readings_;
  const absl::Duration timeout_;
};

/// All stations from StationService, read page by page. `timeout` applies to each page.
absl::StatusOr<std::vector<ListedStation>> ListStations(
    const std::shared_ptr<grpc::Channel>& channel, absl::Duration timeout);

/// All segments from TrafficService, ordered by index.
absl::StatusOr<std::vector<ListedSegment>> ListSegments(
    const std::shared_ptr<grpc::Channel>& channel, absl::Duration timeout);

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_CITY_CLIENT_H_
