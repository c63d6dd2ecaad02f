// Applies the messages of layers/flood to the traffic layer.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_FLOOD_FOLLOWER_H_
#define CITYLAYERS_SERVICES_TRAFFIC_FLOOD_FOLLOWER_H_

#include <optional>

#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/layers/live_state.h"
#include "services/traffic/traffic_layer.h"

namespace citylayers::traffic {

/// Processes the messages of a watch of the column `depth_cm` and updates the water of a traffic
/// layer. Water is current only while a snapshot and every delta since have arrived; any
/// interruption leaves the depths unchanged and makes the traffic layer stale. Messages of another
/// city pack, whose indexes denote other streets, are dropped. For one thread; `layer` must outlive
/// it.
///
///   FloodFollower follower(layer);
///   if (follower.OnMessage(message) == FloodFollower::Next::kOpenAgain) context.TryCancel();
class FloodFollower {
 public:
  /// kOpenAgain: a message is missing, so that a snapshot of a new stream is needed.
  enum class Next { kGoOn, kOpenAgain };

  explicit FloodFollower(TrafficLayer& layer) : layer_(layer) {}

  Next OnMessage(const layers::v1::WatchLayerResponse& message);
  /// The stream broke.
  void OnEnd() { Interrupt(); }

 private:
  void OnSnapshot(const layers::v1::Snapshot& snapshot);
  Next OnDelta(const layers::v1::Delta& delta);
  bool IsOfThisPack(const std::string& pack_id);
  void Interrupt();

  TrafficLayer& layer_;
  std::optional<LayerVersion> held_;  // unset: a snapshot is needed
  bool reported_ = false;             // that the flood layer has another pack
};

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_FLOOD_FOLLOWER_H_
