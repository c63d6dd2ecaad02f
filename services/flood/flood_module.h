// The module `flood`: follows stages and rain, serves `layers/flood` and FloodService.
#ifndef CITYLAYERS_SERVICES_FLOOD_FLOOD_MODULE_H_
#define CITYLAYERS_SERVICES_FLOOD_FLOOD_MODULE_H_

#include <memory>

#include "services/layers/layer_host.h"
#include "services/runtime/module.h"

namespace citylayers::flood {

/// | option | meaning |
/// |---|---|
/// | flood.tick | time between two states of the layer |
/// | flood.stale_after | city time without readings after which the layer is stale (the water
/// stays) | | flood.checkpoint | time between two checkpoints | | flood.curve_number | how much of
/// the rain runs off (SCS curve number) | | flood.drain_mm_per_h | what drains take while the tide
/// lets them |
runtime::ModuleSpec FloodModule(std::shared_ptr<layers::LayerHost> host);

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_FLOOD_MODULE_H_
