// What the messages of layers/flood mean for the streets.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_FLOOD_FOLLOWER_H_
#define CITYLAYERS_SERVICES_TRAFFIC_FLOOD_FOLLOWER_H_

#include <optional>

#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/layers/live_state.h"
#include "services/traffic/traffic_layer.h"

namespace citylayers::traffic {

/// Takes the messages of a watch of the one column `depth_cm` and keeps the water of a traffic
/// layer by them. Water is of now only while a snapshot and every delta since have come; whatever
/// breaks that leaves depths as they are and makes the traffic layer stale. Messages of another
/// city pack, whose indexes mean other streets, are dropped. For one thread; `layer` outlives it.
///
///   FloodFollower follower(layer);
///   if (follower.OnMessage(message) == FloodFollower::Next::kStartAnew) context.TryCancel();
class FloodFollower {
 public:
  /// kStartAnew: something is missing in between, and only a new stream's snapshot can mend it.
  enum class Next { kGoOn, kStartAnew };

  explicit FloodFollower(TrafficLayer& layer) : layer_(layer) {}

  Next OnMessage(const layers::v1::WatchLayerResponse& message);
  /// The stream broke.
  void OnEnd() { Lose(); }

 private:
  void OnSnapshot(const layers::v1::Snapshot& snapshot);
  Next OnDelta(const layers::v1::Delta& delta);
  bool IsOfThisPack(const std::string& pack_id);
  void Lose();

  TrafficLayer& layer_;
  std::optional<layers::Version> held_;  // unset: only a snapshot helps
  bool reported_ = false;                // that the flood layer has another pack
};

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_FLOOD_FOLLOWER_H_
