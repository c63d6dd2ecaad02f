// Client of the flood and traffic services: reads the inputs of the alert rules.
#ifndef CITYLAYERS_SERVICES_ALERTS_INPUT_CLIENT_H_
#define CITYLAYERS_SERVICES_ALERTS_INPUT_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include <grpcpp/channel.h>

#include "citylayers/common/v1/road_class.pb.h"
#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "geo/roads/road_class.h"
#include "services/alerts/alert_desk.h"
#include "services/alerts/cut_offs.h"

namespace citylayers::alerts {

/// Conversions of answers to observations; public for tests.
StageObservation ToObservation(const flood::v1::Stage& stage);
JamObservation ToObservation(const traffic::v1::Jam& jam);
/// Whether a road class is `least` or more important; true for a class that is not known.
bool IsAtLeastClass(common::v1::RoadClass road_class, geo::RoadClass least);
/// Groups wet segments into streets: one per street id, located where it is deepest. `radius_max_m`
/// limits long streets, and streets of the same name that no id distinguishes.
std::vector<StreetDepthObservation> ToStreets(
    const std::vector<flood::v1::FloodedSegment>& segments, double radius_max_m);

struct InputClientOptions {
  absl::Duration deadline = absl::Seconds(5);  ///< Of each call.
  int page_size = 1000;
  int pages_max = 100;  ///< Of one list; a longer list counts as unavailable.
  double radius_max_m = 2000;
  absl::Duration reuse_max = absl::Seconds(10);  ///< City time. Gauges become stale only with it.
  /// Least important class of road whose flooding raises an alert. Water on alleys is shown on the
  /// map; a list of alerts that names each of them would hide the streets that matter.
  geo::RoadClass street_class_min = geo::RoadClass::kTertiary;
};

/// Reads from both services. Blocks for up to the deadline per call; one caller at a time. Logs
/// when a service becomes unavailable and when it is available again, not in between. `cut_offs`
/// must outlive it.
class InputClient {
 public:
  /// The revision of a layer (layers::LayerFollower); nullopt: not known.
  using Revision = std::function<std::optional<std::uint64_t>()>;

  /// A list is read again only when the revision of its layer has changed or the city time has
  /// moved by `reuse_max` since it was read. Without revisions every list is read each time.
  InputClient(std::shared_ptr<grpc::Channel> flood, std::shared_ptr<grpc::Channel> traffic,
              CutOffs& cut_offs, InputClientOptions options = {}, Revision flood_revision = nullptr,
              Revision traffic_revision = nullptr);

  /// Reads the inputs of one evaluation at city time `now`, with the readings of gauges since
  /// another city time. Lists whose service did not answer are missing from the result.
  Look Read(absl::Time stages_since = absl::InfiniteFuture(),
            absl::Time now = absl::InfinitePast());

 private:
  struct Peer {
    std::string what;
    std::string input;
    bool is_down = false;
  };
  // Lists of one layer, and what they were read at.
  struct Known {
    Revision revision_of;
    std::optional<std::uint64_t> revision;  // nullopt: they have to be read
    absl::Time city_time;
    Look look;
  };
  bool MayReuse(const Known& known, absl::Time now) const;
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
  Known flood_known_, traffic_known_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_INPUT_CLIENT_H_
