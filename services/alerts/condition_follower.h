// Follows the inputs of the alert rules by streams of the flood and traffic services.
#ifndef CITYLAYERS_SERVICES_ALERTS_CONDITION_FOLLOWER_H_
#define CITYLAYERS_SERVICES_ALERTS_CONDITION_FOLLOWER_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include <grpcpp/channel.h>

#include "base/clock.h"
#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "geo/roads/way.h"
#include "services/alerts/cut_offs.h"
#include "services/alerts/rules/observations.h"
#include "services/layers/list_follower.h"

namespace citylayers::alerts {

/// Conversions of rows to observations; public for tests. The stage has no recent readings.
StageObservation ToObservation(const flood::v1::Stage& stage);
StreetDepthObservation ToObservation(const flood::v1::FloodedStreet& street, double radius_max_m);
JamObservation ToObservation(const traffic::v1::Jam& jam);

struct ConditionFollowerOptions {
  layers::ListFollowerOptions lists;
  double radius_max_m = 2000;  ///< Of a street's area.
  /// Least important class of road whose flooding raises an alert. Water on alleys is shown on the
  /// map; a list of alerts that names each of them would hide the streets that matter.
  geo::RoadClass street_class_min = geo::RoadClass::kTertiary;
};

/// Holds the present stages, flooded streets and jams, which three streams keep current. No call is
/// made to read them. Logs when a list becomes unavailable and when it is available again, not in
/// between. One reader at a time. The destructor ends the streams.
class ConditionFollower {
 public:
  /// City time for which a new stream of stages begins with earlier readings.
  static constexpr absl::Duration kReadingsWindow = absl::Hours(24);

  /// `on_change` is called by threads of the streams, after each change of a list. `cut_offs` and
  /// `machine_clock` (a monotonic clock) must outlive this.
  ConditionFollower(const std::shared_ptr<grpc::Channel>& flood,
                    const std::shared_ptr<grpc::Channel>& traffic, CutOffs& cut_offs,
                    ConditionFollowerOptions options, std::function<void()> on_change,
                    const Clock& machine_clock);

  /// The inputs at city time `now`, with the readings of gauges from `readings_since` on; earlier
  /// ones are dropped for good. Lists that are unavailable are missing and have a failure. nullopt
  /// until each stream has brought its first state or has failed.
  std::optional<Conditions> Read(absl::Time readings_since, absl::Time now);

 private:
  struct StageRow {
    StageObservation stage;
    std::map<absl::Time, StageReading> readings;
  };
  struct StageList {
    std::map<std::string, StageRow> rows;  // by station
    std::size_t size() const { return rows.size(); }
  };
  template <typename Observation>
  struct List {
    std::map<std::string, Observation> rows;
    absl::Time data_time = absl::InfinitePast();
    bool is_known = true;  // false: the city has no such data
    std::size_t size() const { return rows.size(); }
  };
  using Streets = List<StreetDepthObservation>;
  using Jams = List<JamObservation>;

  static void ApplyStages(const flood::v1::WatchStagesResponse& message, StageList& stages);
  void Note(const char* input, const absl::Status& status, Conditions& conditions);

  const ConditionFollowerOptions options_;
  std::map<std::string, bool> is_down_;  // by input
  std::unique_ptr<layers::ListFollower<flood::v1::WatchStagesResponse, StageList>> stages_;
  std::unique_ptr<layers::ListFollower<flood::v1::WatchFloodedStreetsResponse, Streets>> streets_;
  std::unique_ptr<layers::ListFollower<traffic::v1::WatchJamsResponse, Jams>> jams_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_CONDITION_FOLLOWER_H_
