// The calls of the public API that a replay makes, without gRPC, so that tests need no server.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_CITY_PORT_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_CITY_PORT_H_

#include "absl/status/statusor.h"

#include "citylayers/common/v1/clock_service.pb.h"
#include "citylayers/readings/v1/reading_service.pb.h"

namespace citylayers::replay {

/// Calls of ClockService and ReadingService. Errors are those of the services; UNAVAILABLE also
/// when the server cannot be reached.
class CityPort {
 public:
  virtual ~CityPort() = default;
  virtual absl::StatusOr<common::v1::CityClock> GetClock() = 0;
  virtual absl::StatusOr<common::v1::CityClock> SetClock(
      const common::v1::SetClockRequest& request) = 0;
  virtual absl::StatusOr<readings::v1::WriteReadingsResponse> WriteReadings(
      const readings::v1::WriteReadingsRequest& request) = 0;
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_CITY_PORT_H_
