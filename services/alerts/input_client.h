// What the flood and traffic services say, as the rules want it.
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

/// From answers to observations, for tests too.
StageObservation ToObservation(const flood::v1::Stage& stage);
JamObservation ToObservation(const traffic::v1::Jam& jam);
/// Whether a road class is `least` or a more important one; true for words that are no class.
bool IsAtLeastClass(std::string_view road_class, geo::RoadClass least);
/// Wet segments as streets: one with each street id, where it is deepest, as far as it is wet.
/// `radius_max_m` bounds long streets, and streets of one name that nothing tells apart.
std::vector<StreetDepthObservation> ToStreets(
    const std::vector<flood::v1::FloodedSegment>& segments, double radius_max_m);

struct InputClientOptions {
  absl::Duration deadline = absl::Seconds(5);  ///< Of each call.
  int page_size = 1000;
  int pages_max = 100;  ///< Of one list; a longer one is taken for no answer.
  double radius_max_m = 2000;
  /// Least important class of road whose water is an alert of its own. Water on alleys is on the
  /// map; an operator's list that names each of them hides the streets that matter.
  geo::RoadClass street_class_min = geo::RoadClass::kTertiary;
};

/// Asks both services. Blocks for up to the deadline a call; one caller at a time. Logs when a
/// service goes away and when it is back, not in between. `cut_offs` outlives it.
class InputClient {
 public:
  InputClient(std::shared_ptr<grpc::Channel> flood, std::shared_ptr<grpc::Channel> traffic,
              CutOffs& cut_offs, InputClientOptions options = {});

  /// One look at the city, with the readings of gauges since a city time. What did not answer is
  /// missing from it.
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
