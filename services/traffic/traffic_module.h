// The module `traffic`: follows speeds and water, serves `layers/traffic` and TrafficService.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_MODULE_H_
#define CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_MODULE_H_

#include <memory>

#include "services/layers/layer_host.h"
#include "services/runtime/module.h"

namespace citylayers::traffic {

/// | option | meaning |
/// |---|---|
/// | traffic.tick | time between two states of the layer |
/// | traffic.age_live, age_ageing, age_unknown | when a speed ages, is stale, is forgotten |
/// | traffic.stale_after | city time without any speed after which the whole layer is stale |
/// | traffic.checkpoint | time between two checkpoints |
/// | traffic.jam_length_m_min | shorter queues are no jams |
/// | traffic.jam_gap_m_max | a freely flowing stretch up to this long does not cut a jam in two |
/// | traffic.jam_speed_kmh_floor | how fast standing traffic moves when time lost is reckoned |
/// | traffic.closed_depth_m | water this deep closes a road |
/// | traffic.flood_wait | how long a start without checkpoint waits for a flood server |
///
/// While the flood layer is not heard, water stays as it was and the layer is stale.
runtime::ModuleSpec TrafficModule(std::shared_ptr<layers::LayerHost> host);

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_MODULE_H_
