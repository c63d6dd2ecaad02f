// What the flood and traffic services say, as the rules want it.
#ifndef CITYLAYERS_SERVICES_ALERTS_INPUT_CLIENT_H_
#define CITYLAYERS_SERVICES_ALERTS_INPUT_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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
  absl::Duration reuse_max = absl::Seconds(10);  ///< City time. Gauges become stale by it alone.
  /// Least important class of road whose water is an alert of its own. Water on alleys is on the
  /// map; an operator's list that names each of them hides the streets that matter.
  geo::RoadClass street_class_min = geo::RoadClass::kTertiary;
};

/// Asks both services. Blocks for up to the deadline a call; one caller at a time. Logs when a
/// service goes away and when it is back, not in between. `cut_offs` outlives it.
class InputClient {
 public:
  /// The revision of a layer (layers::LayerFollower); nullopt: not known.
  using Revision = std::function<std::optional<std::uint64_t>()>;

  /// Lists of a layer whose revision is the one they were read at are not read again, until the
  /// city time has moved by `reuse_max`. Without revisions every list is read each time.
  InputClient(std::shared_ptr<grpc::Channel> flood, std::shared_ptr<grpc::Channel> traffic,
              CutOffs& cut_offs, InputClientOptions options = {}, Revision flood_revision = nullptr,
              Revision traffic_revision = nullptr);

  /// The observations at city time `now`, with the readings of gauges since another city time. What
  /// did not answer is missing.
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
