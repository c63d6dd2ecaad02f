// The server's side of WatchJams.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_JAM_SOURCE_H_
#define CITYLAYERS_SERVICES_TRAFFIC_JAM_SOURCE_H_

#include <memory>
#include <optional>

#include "base/clock.h"
#include "citylayers/traffic/v1/traffic_service.pb.h"
#include "services/layers/list_source.h"
#include "services/traffic/traffic_layer.h"

namespace citylayers::traffic {

/// The jams of a layer. Woken by the layer.
class JamSource final : public layers::ListSource<v1::WatchJamsResponse, v1::Jam> {
 public:
  /// `machine_clock` must outlive this.
  JamSource(std::shared_ptr<const TrafficLayer> layer, const Clock& machine_clock);

 private:
  std::optional<layers::KeyedList<v1::Jam>> Read() override;
  void Add(v1::Jam row, v1::WatchJamsResponse* response) const override;

  const std::shared_ptr<const TrafficLayer> layer_;
  std::shared_ptr<const JamList> jams_;  // of the last Read
};

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_JAM_SOURCE_H_
