// Client of the flood and traffic services: reads the inputs of the alert rules.
#ifndef CITYLAYERS_SERVICES_ALERTS_INPUT_CLIENT_H_
#define CITYLAYERS_SERVICES_ALERTS_INPUT_CLIENT_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include <grpcpp/channel.h>

#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "geo/roads/way.h"
#include "services/alerts/alert_desk.h"
#include "services/alerts/cut_offs.h"

namespace citylayers::alerts {

/// Conversions of answers to observations; public for tests.
StageObservation ToObservation(const flood::v1::Stage& stage);
JamObservation ToObservation(const traffic::v1::Jam& jam);
/// Whether a road class is `least` or more important; true for an unknown word.
bool IsAtLeastClass(std::string_view road_class, geo::RoadClass least);
/// Groups wet segments into streets: one per street id, located where it is deepest. `radius_max_m`
/// limits long streets, and streets of the same name that no id distinguishes.
std::vector<StreetDepthObservation> ToStreets(
    const std::vector<flood::v1::FloodedSegment>& segments, double radius_max_m);

struct InputClientOptions {
  absl::Duration deadline = absl::Seconds(5);  ///< Of each call.
  int page_size = 1000;
  int pages_max = 100;  ///< Of one list; a longer list counts as unavailable.
  double radius_max_m = 2000;
  /// Least important class of road whose flooding raises an alert. Water on alleys is shown on the
  /// map; a list of alerts that names each of them would hide the streets that matter.
  geo::RoadClass street_class_min = geo::RoadClass::kTertiary;
};

/// Reads from both services. Blocks for up to the deadline per call; one caller at a time. Logs
/// when a service becomes unavailable and when it is available again, not in between. `cut_offs`
/// must outlive it.
class InputClient {
 public:
  InputClient(std::shared_ptr<grpc::Channel> flood, std::shared_ptr<grpc::Channel> traffic,
              CutOffs& cut_offs, InputClientOptions options = {});

  /// Reads the inputs of one evaluation, with the readings of gauges since a city time. Lists whose
  /// service did not answer are missing from the result.
  Look Read(absl::Time stages_since = absl::InfiniteFuture());

 private:
  struct Peer {
    std::string what;
    std::string input;
    bool is_down = false;
  };
  bool Note(Peer& peer, const grpc::Status& status, Look& look);
  grpc::Status ReadStages(absl::Time since, Look& look);
  grpc::Status ReadStreets(Look& look);
  grpc::Status ReadJams(Look& look);

  const std::unique_ptr<flood::v1::FloodService::Stub> flood_;
  const std::unique_ptr<traffic::v1::TrafficService::Stub> traffic_;
  CutOffs& cut_offs_;
  const InputClientOptions options_;
  Peer stages_{"stages", kStagesInput};
  Peer streets_{"flooded streets", kStreetsInput};
  Peer jams_{"jams", kJamsInput};
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_INPUT_CLIENT_H_
