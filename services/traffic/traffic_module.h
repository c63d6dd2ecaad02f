// The module `traffic`: follows speeds and water, serves `layers/traffic` and TrafficService.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_MODULE_H_
#define CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_MODULE_H_

#include "services/runtime/module.h"

namespace citylayers::traffic {

/// | option | meaning |
/// |---|---|
/// | traffic.tick | time between two states of the layer |
/// | traffic.age_live, age_ageing, age_unknown | city time after which a speed ages, is stale, is
/// forgotten | | traffic.stale_after | city time without any speed after which the whole layer is
/// stale | | traffic.checkpoint | time between two checkpoints | | traffic.jam_length_m_min |
/// shorter queues are no jams | | traffic.closed_depth_m | water this deep closes a road |
runtime::ModuleSpec TrafficModule();

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_MODULE_H_
