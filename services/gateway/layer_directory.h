// Directory of the layers, their versions and the backends that serve them.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LAYER_DIRECTORY_H_
#define CITYLAYERS_SERVICES_GATEWAY_LAYER_DIRECTORY_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "services/gateway/backends.h"
#include "services/gateway/tile_cache.h"
#include "services/runtime/timer.h"

namespace citylayers::gateway {

/// A layer as last listed by its backend. Immutable.
struct KnownLayer {
  layers::v1::Layer layer;
  std::string id;            // "traffic"
  std::uint32_t number = 0;  // small; the same for an id while the gateway runs
  const Backend* backend = nullptr;
  bool reachable = true;  // false: its backend does not answer; cached data are stale
  Version version;
  std::string version_header;  // "X-Citylayers-Version: pack:epoch:counter\r\n": a resume token

  bool live() const { return layer.kind() == layers::v1::LAYER_KIND_LIVE; }
  bool has_format(std::string_view format) const;
};

/// All layers at one time, by id. Immutable.
class LayerSet {
 public:
  explicit LayerSet(std::vector<std::shared_ptr<const KnownLayer>> layers);
  /// nullptr: there is no such layer. O(number of layers), of which there are few.
  const KnownLayer* Find(std::string_view id) const;
  std::shared_ptr<const KnownLayer> Share(std::string_view id) const;
  const std::vector<std::shared_ptr<const KnownLayer>>& all() const { return layers_; }
  /// "base, flood, traffic", for error messages.
  std::string Names() const;

 private:
  std::vector<std::shared_ptr<const KnownLayer>> layers_;
};

/// Polls every backend for its layers and keeps the answers. The layers of a backend that is down
/// stay, as unreachable. No layer name is built in: every backend that answers ListLayers has
/// layers. Thread-safe.
class LayerDirectory {
 public:
  struct Options {
    absl::Duration poll_period = absl::Milliseconds(250);  // maximum delay of a new version
    absl::Duration retry_period = absl::Seconds(1);        // while a backend is down
    absl::Duration call_timeout = absl::Seconds(2);
  };
  /// `backends` and `timer` must outlive it.
  LayerDirectory(Options options, const Backends& backends, runtime::Timer& timer);
  ~LayerDirectory();

  /// Starts polling.
  void Start();
  /// Stops polling and waits for calls under way.
  void Stop();

  /// The present layers; one atomic load.
  std::shared_ptr<const LayerSet> Layers() const { return layers_.load(std::memory_order_acquire); }

  /// True once every backend has listed its layers: a layer that is not listed then does not exist.
  /// Before that, it may still appear. Never becomes false again.
  bool KnowsAll() const { return knows_all_.load(std::memory_order_acquire); }

  /// OK when every backend has answered its last ListLayers; else names the one that failed, with
  /// the reason.
  absl::Status Ready() const;

  /// Blocks until every backend has answered or failed once. For tests.
  void WaitForFirstRound();

 private:
  struct Source {
    const Backend* backend = nullptr;
    std::unique_ptr<layers::v1::LayerService::Stub> stub;
    std::vector<layers::v1::Layer> layers;
    bool asked = false;
    bool answered = false;  // at least once
    absl::Status status = absl::UnavailableError("not asked yet");
  };
  struct Call;
  void Ask(std::size_t index);
  void OnAnswer(std::size_t index, const Call& call, const grpc::Status& status);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::uint32_t NumberOf(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  runtime::Timer& timer_;
  mutable absl::Mutex mutex_;
  std::vector<Source> sources_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::uint32_t> numbers_ ABSL_GUARDED_BY(mutex_);
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<std::shared_ptr<const LayerSet>> layers_;
  std::atomic<bool> knows_all_{false};
  // Timers may fire after the directory is destroyed; they hold this and find its pointer cleared.
  struct Self {
    absl::Mutex mutex;
    LayerDirectory* directory ABSL_GUARDED_BY(mutex) = nullptr;
  };
  const std::shared_ptr<Self> self_ = std::make_shared<Self>();
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LAYER_DIRECTORY_H_
