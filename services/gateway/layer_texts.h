// Cache of the JSON of responses about layers.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LAYER_TEXTS_H_
#define CITYLAYERS_SERVICES_GATEWAY_LAYER_TEXTS_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "citylayers/layers/v1/layer_service.pb.h"

namespace citylayers::gateway {

/// Creates each text once for all streams that receive the same: viewers of one map request the
/// same columns and view, and the JSON of a snapshot takes milliseconds. Keeps the latest texts, up
/// to `bytes_max` in total. Thread-safe.
class LayerTexts {
 public:
  explicit LayerTexts(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// proto3 JSON of the whole response, {"snapshot":{…}} or {"delta":{…}} or {"heartbeat":{…}}.
  /// `request` is the request of the stream.
  std::shared_ptr<const std::string> Of(const layers::v1::WatchLayerRequest& request,
                                        const layers::v1::WatchLayerResponse& response);

  /// Size of the cached texts.
  std::size_t bytes() const;

 private:
  struct Text {
    absl::Mutex mutex;  // held while the text is created
    std::shared_ptr<const std::string> json ABSL_GUARDED_BY(mutex);
  };

  std::shared_ptr<Text> FindOrAdd(const std::string& key);
  void Account(const std::string& key, std::size_t bytes);

  const std::size_t bytes_max_;
  mutable absl::Mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Text>> texts_ ABSL_GUARDED_BY(mutex_);
  // Keys of created texts with their sizes in bytes, oldest first.
  std::deque<std::pair<std::string, std::size_t>> made_ ABSL_GUARDED_BY(mutex_);
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LAYER_TEXTS_H_
