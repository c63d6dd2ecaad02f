// The module `basemap`: serves the static map under the live layers, `layers/base`.
#ifndef CITYLAYERS_SERVICES_BASEMAP_BASEMAP_MODULE_H_
#define CITYLAYERS_SERVICES_BASEMAP_BASEMAP_MODULE_H_

#include <memory>

#include "services/layers/layer_host.h"
#include "services/runtime/module.h"

namespace citylayers::basemap {

/// Serves the base map of the city pack. It has only the options common to all layers.
runtime::ModuleSpec BasemapModule(std::shared_ptr<layers::LayerHost> host);

}  // namespace citylayers::basemap

#endif  // CITYLAYERS_SERVICES_BASEMAP_BASEMAP_MODULE_H_
