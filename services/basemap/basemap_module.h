// The module `basemap`: serves the static map under the live layers, `layers/base`.
#ifndef CITYLAYERS_SERVICES_BASEMAP_BASEMAP_MODULE_H_
#define CITYLAYERS_SERVICES_BASEMAP_BASEMAP_MODULE_H_

#include "services/runtime/module.h"

namespace citylayers::basemap {

/// No options: the base map is the city pack's.
runtime::ModuleSpec BasemapModule();

}  // namespace citylayers::basemap

#endif  // CITYLAYERS_SERVICES_BASEMAP_BASEMAP_MODULE_H_
