#include "services/basemap/basemap_module.h"

#include <memory>
#include <utility>

#include "proto/support/status_macros.h"
#include "services/basemap/basemap_layer.h"
#include "services/layers/layer_catalog.h"

namespace citylayers::basemap {

runtime::ModuleSpec BasemapModule() {
  return {
      .name = "basemap",
      .needs = {},
      .services = {},
      .options = {},
      .make =
          [](runtime::ModuleContext& context) -> absl::StatusOr<std::unique_ptr<runtime::Module>> {
        ASSIGN_OR_RETURN(auto pack, context.Pack());
        context.layers().Add(std::make_shared<BasemapLayer>(std::move(pack)));
        return std::make_unique<runtime::Module>();
      }};
}

}  // namespace citylayers::basemap
