// The module `flood`: follows stages and rain, serves `layers/flood` and FloodService.
#ifndef CITYLAYERS_SERVICES_FLOOD_FLOOD_MODULE_H_
#define CITYLAYERS_SERVICES_FLOOD_FLOOD_MODULE_H_

#include <memory>

#include "services/layers/layer_host.h"
#include "services/runtime/module.h"

namespace citylayers::flood {

/// | option | meaning |
/// |---|---|
/// | flood.tick | time between two updates of the layer's state |
/// | flood.stale_after | city time without readings after which the layer is stale |
/// | flood.checkpoint | time between two checkpoints |
/// | flood.curve_number | runoff of the ground (SCS curve number) |
/// | flood.drain_mm_per_h | drain capacity while the tide does not cover the outfalls |
///
/// A stale layer keeps its last water.
runtime::ModuleSpec FloodModule(std::shared_ptr<layers::LayerHost> host);

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_FLOOD_MODULE_H_
