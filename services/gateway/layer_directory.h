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

#include "base/layer_version.h"
#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "services/gateway/backends.h"
#include "services/gateway/tile_cache.h"
#include "services/runtime/delayed_task.h"
#include "services/runtime/rpc/call_group.h"

namespace citylayers::gateway {

/// A layer as last reported by its backend. Immutable.
struct KnownLayer {
  layers::v1::Layer layer;
  std::string id;            // "traffic"
  std::uint32_t number = 0;  // small; the same for an id while the gateway runs
  const Backend* backend = nullptr;
  bool reachable = true;  // false: its backend does not answer; cached data are stale
  LayerVersion version;
  std::uint64_t revision = 0;  // differs when anything of the layer has changed
  std::string version_header;  // "X-Citylayers-Version: pack:epoch:counter\r\n": a resume token

  bool live() const { return layer.kind() == layers::v1::LAYER_KIND_LIVE; }
  bool has_format(layers::v1::TileFormat format) const;
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

/// Follows every layer of every backend: one ListLayers when a backend is reached, then one
/// WatchLayer stream per layer for versions, data times and notices. While nothing changes, only
/// heartbeats arrive. When a stream ends, or has no message for `silence_max`, the backend's layers
/// stay as unreachable until it answers ListLayers again. No layer name is built in. Thread-safe.
class LayerDirectory {
 public:
  struct Options {
    absl::Duration tick = absl::Milliseconds(250);   // maximum delay of a new version
    absl::Duration retry_period = absl::Seconds(1);  // while a backend is down
    absl::Duration call_timeout = absl::Seconds(2);
    absl::Duration silence_max = absl::Seconds(10);         // of a stream; then its backend is lost
    absl::Duration check_period = absl::Milliseconds(250);  // of silence and of connections
  };

  /// `backends` and `timer` must outlive it.
  LayerDirectory(Options options, const Backends& backends, runtime::Timer& timer);
  ~LayerDirectory();

  /// Connects to the backends.
  void Start();
  /// Ends all streams and waits for calls under way.
  void Stop();

  /// The present layers; one atomic load.
  std::shared_ptr<const LayerSet> Layers() const { return layers_.load(std::memory_order_acquire); }

  /// True once every backend has listed its layers: a layer that is not listed then does not exist.
  /// Before that, it may still appear. Never becomes false again.
  bool KnowsAll() const { return knows_all_.load(std::memory_order_acquire); }

  /// OK when every backend is connected; else names the one that is not, with the reason.
  absl::Status Ready() const;

  /// Blocks until every backend has answered or failed once. For tests.
  void WaitForFirstRound();

 private:
  struct Followed {
    layers::v1::Layer layer;
    layers::v1::WatchLayerRequest request;
    std::shared_ptr<grpc::ClientContext> context;  // of the stream under way
    std::uint64_t revision = 0;
    absl::Time message_time;  // of MonotonicNow
  };
  // A connection is what begins with a ListLayers and ends with the first stream that does.
  struct Source {
    const Backend* backend = nullptr;
    std::unique_ptr<layers::v1::LayerService::Stub> stub;
    std::map<std::string, Followed> layers;  // by id
    std::uint64_t connection = 0;
    bool is_retried = false;  // one failure since the last event
    bool was_tried = false;   // has answered or failed once
    bool answered = false;    // at least once
    absl::Status status = absl::UnavailableError("not asked yet");
  };
  struct Call;
  void Connect(std::size_t index);
  void OnLayers(std::size_t index, const Call& call, const grpc::Status& status);
  void Follow(std::size_t index, std::uint64_t connection);
  void OnEvent(std::size_t index, std::uint64_t connection, const std::string& id,
               const layers::v1::WatchLayerResponse& response);
  void OnStreamEnd(std::size_t index, std::uint64_t connection, const grpc::Status& status);
  // A stream or call failed. The first time the connection is made again at once, since one that is
  // shared may have been cut by what another client sent over it; then it is given up.
  void OnFailure(std::size_t index, std::uint64_t connection, absl::Status why);
  // Gives a connection up: its layers become unreachable, its streams end, the next one is tried
  // later. Does nothing for an earlier connection.
  void Disconnect(std::size_t index, std::uint64_t connection, absl::Status why);
  static void TakeStreams(Source& source,
                          std::vector<std::shared_ptr<grpc::ClientContext>>& streams);
  void Check();
  void ConnectAfter(absl::Duration delay, std::size_t index);
  bool HasFirstRound() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::uint32_t NumberOf(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  std::vector<Source> sources_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::uint32_t> numbers_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t revisions_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<std::shared_ptr<const LayerSet>> layers_;
  std::atomic<bool> knows_all_{false};
  runtime::CallGroup calls_;
  std::vector<std::unique_ptr<runtime::DelayedTask>> connects_;  // by source; fixed
  runtime::DelayedTask check_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LAYER_DIRECTORY_H_
