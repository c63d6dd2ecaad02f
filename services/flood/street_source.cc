#include "services/flood/street_source.h"

#include <utility>

#include "services/flood/flood_schema.h"
#include "services/flood/flooded_streets.h"

namespace citylayers::flood {

StreetSource::StreetSource(std::shared_ptr<const FloodLayer> layer, geo::RoadClass least,
                           const Clock& machine_clock)
    : ListSource(machine_clock), layer_(std::move(layer)), least_(least) {
  layer_->watchers().Add(waker());
}

absl::StatusOr<runtime::StreamStep> StreetSource::Next(v1::WatchFloodedStreetsResponse* response) {
  absl::StatusOr<runtime::StreamStep> step = ListSource::Next(response);
  response->set_no_terrain(layer_->terrain() == nullptr);
  return step;
}

std::optional<layers::KeyedList<v1::FloodedStreet>> StreetSource::Read() {
  // Taken before the depths are read: what is published meanwhile is read next time.
  const std::uint64_t published = layer_->published();
  if (published_ == published) return std::nullopt;
  published_ = published;
  const std::shared_ptr<const layers::Frame> frame = layer_->live_state()->frame();
  layers::KeyedList<v1::FloodedStreet> list{.rows = {}, .data_time = frame->data_time};
  if (frame->sub_layers().empty() || layer_->terrain() == nullptr) return list;
  const auto measured_cm = layer_->measured_depths_cm();
  list.rows = FloodedStreets(
      measured_cm != nullptr ? *measured_cm : frame->sub_layers()[kStreets].columns[kDepthCm],
      layer_->pack().segments(), layer_->streets(), least_);
  return list;
}

void StreetSource::Add(v1::FloodedStreet row, v1::WatchFloodedStreetsResponse* response) const {
  *response->add_streets() = std::move(row);
}

}  // namespace citylayers::flood
