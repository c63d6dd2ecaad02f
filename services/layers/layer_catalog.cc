#include "services/layers/layer_catalog.h"

#include <utility>

#include "absl/strings/match.h"

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::layers {

void LayerCatalog::Add(std::shared_ptr<const Layer> layer) {
  absl::MutexLock lock(&mutex_);
  std::string id(layer->id());
  layers_.emplace(std::move(id), std::move(layer));
}

std::vector<std::shared_ptr<const Layer>> LayerCatalog::All() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<const Layer>> all;
  for (const auto& [id, layer] : layers_) all.push_back(layer);
  return all;
}

absl::StatusOr<std::shared_ptr<const Layer>> LayerCatalog::Find(std::string_view name) const {
  constexpr std::string_view kPrefix = "layers/";
  if (name.substr(0, kPrefix.size()) != kPrefix || name.size() == kPrefix.size()) {
    return runtime::BadField("name",
                             StrCat("\"", name, "\" is not a layer's name; write layers/traffic"));
  }
  absl::MutexLock lock(&mutex_);
  auto it = layers_.find(name.substr(kPrefix.size()));
  if (it != layers_.end()) return it->second;
  std::string known;
  for (const auto& [id, layer] : layers_)
    StrAppend(&known, known.empty() ? "" : ", ", "layers/", id);
  return runtime::WithReason(
      absl::NotFoundError(StrCat("there is no ", name, " here; there are: ", known)),
      runtime::kReasonUnknownLayer);
}

}  // namespace citylayers::layers
