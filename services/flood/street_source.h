// The server's side of WatchFloodedStreets.
#ifndef CITYLAYERS_SERVICES_FLOOD_STREET_SOURCE_H_
#define CITYLAYERS_SERVICES_FLOOD_STREET_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "citylayers/flood/v1/flood_service.pb.h"
#include "geo/roads/way.h"
#include "services/flood/flood_layer.h"
#include "services/layers/list_source.h"

namespace citylayers::flood {

/// The flooded streets of a layer, by measured depths. Woken by the layer. For a pack without
/// terrain every message has `no_terrain`.
class StreetSource final
    : public layers::ListSource<v1::WatchFloodedStreetsResponse, v1::FloodedStreet> {
 public:
  /// `least`: least important class of road. `machine_clock` must outlive this.
  StreetSource(std::shared_ptr<const FloodLayer> layer, geo::RoadClass least,
               const Clock& machine_clock);

  absl::StatusOr<runtime::StreamStep> Next(v1::WatchFloodedStreetsResponse* response) override;

 private:
  std::optional<layers::KeyedList<v1::FloodedStreet>> Read() override;
  void Add(v1::FloodedStreet row, v1::WatchFloodedStreetsResponse* response) const override;

  const std::shared_ptr<const FloodLayer> layer_;
  const geo::RoadClass least_;
  std::optional<std::uint64_t> published_;  // FloodLayer::published() of the last Read
};

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_STREET_SOURCE_H_
