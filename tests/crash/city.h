// The calls of the public gRPC API that the crash loop makes.
#ifndef CITYLAYERS_TESTS_CRASH_CITY_H_
#define CITYLAYERS_TESTS_CRASH_CITY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/channel.h>

#include "base/lon_lat.h"
#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "citylayers/common/v1/clock_service.grpc.pb.h"
#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "citylayers/readings/v1/reading_service.grpc.pb.h"

namespace citylayers::crash {

/// A tile of a layer.
struct TileOf {
  std::string layer;  ///< "layers/traffic"
  std::uint32_t z = 0, x = 0, y = 0;
};

/// A running server. Each call has a deadline; errors are the server's, UNAVAILABLE when it is not
/// running. Thread-safe.
class City {
 public:
  explicit City(const std::string& address);

  absl::StatusOr<common::v1::CityClock> GetClock();
  /// Drives a replay at speed 60 that holds after `hold_after`.
  absl::StatusOr<common::v1::CityClock> Drive(absl::Time city_time, absl::Duration hold_after);

  absl::StatusOr<readings::v1::WriteReadingsResponse> Write(
      const readings::v1::WriteReadingsRequest& request);
  /// Raw readings of these measures with begin_ms <= time < end_ms.
  absl::StatusOr<std::vector<readings::v1::ReadingColumns>> Query(
      const std::vector<std::string>& measures, std::int64_t begin_ms, std::int64_t end_ms);
  /// Passes the log after `*offset` to `take` up to its end, and moves `*offset` there.
  absl::Status ReadLog(std::uint64_t* offset,
                       const std::function<void(const readings::v1::ReadingColumns&)>& take);

  /// Names of up to `count_max` segments in the box.
  absl::StatusOr<std::vector<std::string>> Segments(const LonLatBox& box, int count_max);
  /// Measures of this kind at stations.
  absl::StatusOr<std::vector<std::string>> StationMeasures(const std::string& kind);
  absl::StatusOr<layers::v1::Tile> GetTile(const TileOf& tile);

  absl::StatusOr<std::vector<alerts::v1::Alert>> ListAlerts(const std::string& filter);
  absl::StatusOr<std::vector<alerts::v1::AlertEvent>> ListEvents(const std::string& alert);
  absl::Status Acknowledge(const std::string& alert, const std::string& actor);

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<common::v1::ClockService::Stub> clock_;
  const std::unique_ptr<readings::v1::ReadingService::Stub> readings_;
  const std::unique_ptr<layers::v1::LayerService::Stub> layers_;
  const std::unique_ptr<alerts::v1::AlertService::Stub> alerts_;
};

}  // namespace citylayers::crash

#endif  // CITYLAYERS_TESTS_CRASH_CITY_H_
