// The layers of one process and the gRPC service that serves them.
#ifndef CITYLAYERS_SERVICES_LAYERS_LAYER_HOST_H_
#define CITYLAYERS_SERVICES_LAYERS_LAYER_HOST_H_

#include <memory>
#include <vector>

#include "services/layers/layer.h"
#include "services/layers/layer_catalog.h"
#include "services/layers/layer_service.h"
#include "services/runtime/module.h"

namespace citylayers::layers {

/// Shared by all modules of a process that have a layer, so that one LayerService serves all of
/// them. A module adds its layer while it is created, and returns service() among its gRPC
/// services. Call Add from one thread; service() afterwards from any.
class LayerHost {
 public:
  /// The first call creates the service from `context`, whose references must outlive it.
  /// REQUIRES: no layer of this id was added.
  void Add(const runtime::ModuleContext& context, std::shared_ptr<const Layer> layer);

  /// REQUIRES: Add was called.
  grpc::Service* service() { return service_.get(); }

 private:
  LayerCatalog catalog_;
  std::unique_ptr<LayerServiceImpl> service_;
};

/// The options of the section `layers`, for each module that has a layer.
std::vector<runtime::Option> LayerOptions();

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_LAYER_HOST_H_
