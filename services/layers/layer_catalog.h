// The catalogue of the layers that one process serves.
#ifndef CITYLAYERS_SERVICES_LAYERS_LAYER_CATALOG_H_
#define CITYLAYERS_SERVICES_LAYERS_LAYER_CATALOG_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "services/layers/layer.h"

namespace citylayers::layers {

/// Layers by id. Modules add their layers while they are created; LayerService serves all.
/// Thread-safe.
class LayerCatalog {
 public:
  /// REQUIRES: the catalogue has no layer of this id.
  void Add(std::shared_ptr<const Layer> layer);

  /// All layers, by id.
  std::vector<std::shared_ptr<const Layer>> All() const;

  /// The layer of a resource name `layers/{id}`. INVALID_ARGUMENT: not such a name. NOT_FOUND:
  /// there is no such layer; the message lists the available ones.
  absl::StatusOr<std::shared_ptr<const Layer>> Find(std::string_view name) const;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<const Layer>, std::less<>> layers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_LAYER_CATALOG_H_
