#include "services/layers/layer_catalog.h"

#include <utility>

#include "absl/strings/match.h"

#include "proto/support/strings.h"
#include "services/runtime/error_details.h"

namespace citylayers::runtime {

void LayerCatalog::Add(std::shared_ptr<const layers::Layer> layer) {
  absl::MutexLock lock(&mutex_);
  std::string id(layer->id());
  layers_.emplace(std::move(id), std::move(layer));
}

void LayerCatalog::AddNotice(std::string notice) {
  absl::MutexLock lock(&mutex_);
  notices_.push_back(std::move(notice));
}

std::vector<std::string> LayerCatalog::notices() const {
  absl::MutexLock lock(&mutex_);
  return notices_;
}

std::vector<std::shared_ptr<const layers::Layer>> LayerCatalog::All() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<const layers::Layer>> all;
  for (const auto& [id, layer] : layers_) all.push_back(layer);
  return all;
}

absl::StatusOr<std::shared_ptr<const layers::Layer>> LayerCatalog::Find(
    std::string_view name) const {
  constexpr std::string_view kPrefix = "layers/";
  if (name.substr(0, kPrefix.size()) != kPrefix || name.size() == kPrefix.size()) {
    return BadField("name", StrCat("\"", name, "\" is not a layer's name; write layers/traffic"));
  }
  absl::MutexLock lock(&mutex_);
  auto it = layers_.find(name.substr(kPrefix.size()));
  if (it != layers_.end()) return it->second;
  std::string known;
  for (const auto& [id, layer] : layers_)
    StrAppend(&known, known.empty() ? "" : ", ", "layers/", id);
  return WithReason(absl::NotFoundError(StrCat("there is no ", name, " here; there are: ", known)),
                    kReasonUnknownLayer);
}

}  // namespace citylayers::runtime
