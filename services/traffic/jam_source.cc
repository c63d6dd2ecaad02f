#include "services/traffic/jam_source.h"

#include <string>
#include <utility>

#include "services/traffic/jam_proto.h"

namespace citylayers::traffic {

JamSource::JamSource(std::shared_ptr<const TrafficLayer> layer, const Clock& machine_clock)
    : ListSource(machine_clock), layer_(std::move(layer)) {
  layer_->watchers().Add(waker());
}

std::optional<layers::KeyedList<v1::Jam>> JamSource::Read() {
  auto jams = layer_->jams();
  if (jams == jams_) return std::nullopt;
  jams_ = std::move(jams);
  layers::KeyedList<v1::Jam> list{.rows = {}, .data_time = jams_->data_time};
  for (const TrackedJam& answer : jams_->items) {
    v1::Jam jam = ToProto(answer, layer_->pack().segments(), layer_->streets());
    std::string name = jam.name();
    list.rows.emplace(std::move(name), std::move(jam));
  }
  return list;
}

void JamSource::Add(v1::Jam row, v1::WatchJamsResponse* response) const {
  *response->add_jams() = std::move(row);
}

}  // namespace citylayers::traffic
