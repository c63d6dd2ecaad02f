// A stream of a layer's versions.
#ifndef CITYLAYERS_SERVICES_LAYERS_LAYER_FOLLOWER_H_
#define CITYLAYERS_SERVICES_LAYERS_LAYER_FOLLOWER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/channel.h>

#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "services/runtime/rpc/watch_thread.h"

namespace citylayers::layers {

/// Follows a layer by WatchLayer without its rows, so that a client knows when lists that belong to
/// the layer have to be read again. Thread-safe. The destructor ends the stream.
class LayerFollower {
 public:
  /// `name`: "layers/flood". `what` names the stream in the log: "alerts follow flood".
  LayerFollower(const std::shared_ptr<grpc::Channel>& channel, const std::string& name,
                std::string what);

  /// A number that differs when the version, the data time or the staleness of the layer have
  /// changed. nullopt: the stream is down, and nothing is known.
  std::optional<std::uint64_t> revision() const;

 private:
  void OnEvent(const v1::WatchLayerResponse& response);
  void OnEnd();

  mutable absl::Mutex mutex_;
  bool connected_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string state_ ABSL_GUARDED_BY(mutex_);  // what the last event brought
  std::unique_ptr<runtime::WatchThread> thread_;
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_LAYER_FOLLOWER_H_
