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
/// | traffic.age_live, age_ageing, age_unknown | ages at which a speed ages, is stale, is dropped |
/// | traffic.stale_after | city time without any speed after which the whole layer is stale |
/// | traffic.checkpoint | time between two checkpoints |
/// | traffic.jam_length_m_min | minimum length of a jam |
/// | traffic.jam_gap_m_max | maximum length of a freely flowing stretch within a jam |
/// | traffic.jam_speed_kmh_floor | mean speed of standing traffic, for the time lost in a jam |
/// | traffic.closed_depth_m | depth of water from which a road is closed |
/// | traffic.flood_wait | maximum time that a start without checkpoint waits for a flood server |
///
/// While the flood layer is unavailable, the water is kept and the layer is stale.
runtime::ModuleSpec TrafficModule(std::shared_ptr<layers::LayerHost> host);

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_MODULE_H_
