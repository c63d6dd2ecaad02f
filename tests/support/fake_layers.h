// A fake LayerService for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_LAYERS_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_LAYERS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/grpcpp.h>

#include "citylayers/layers/v1/layer_service.grpc.pb.h"

namespace citylayers::gateway {

/// Layers whose tiles are set by the test. Thread-safe.
class FakeLayers final : public layers::v1::LayerService::CallbackService {
 public:
  /// Adds or replaces a layer; tiles stay.
  void SetLayer(layers::v1::Layer layer);
  /// Sets the bytes of a tile such as "traffic/14/1/2.mvt"; other tiles are empty. The tag is
  /// derived from the bytes. Increments the layer's counter.
  void SetTile(const std::string& path, std::string bytes);
  /// Increments a layer's counter: some tile has changed.
  void Bump(const std::string& id);
  std::uint64_t Counter(const std::string& id) const;
  /// While true, GetTile calls with a tag wait; false lets them continue.
  void HoldConfirmations(bool hold);
  /// Blocks until `count` calls wait in this way; fails the test after 20 s.
  void WaitForHeld(std::size_t count);
  /// Sets the messages that WatchLayer sends before it waits for the client to leave. WatchLayer
  /// refuses the column "nonsense". The gateway's own streams (tiles_only) get the layer's versions
  /// instead and are not counted.
  void SetScript(std::vector<layers::v1::WatchLayerResponse> script);
  /// The next call of WatchLayer ends with `end` after its first message.
  void EndNext(grpc::Status end);

  struct Counts {
    int tiles_made = 0;    // GetTile calls answered with data
    int not_modified = 0;  // GetTile calls answered without data
    int lists = 0;         // ListLayers calls
    std::vector<layers::v1::WatchLayerRequest> watches;
    std::vector<layers::v1::SetViewportRequest> moves;
  };
  Counts counts() const;
  /// Blocks until WatchLayer has been called `count` times; fails the test after 20 s.
  void WaitForWatches(std::size_t count);
  /// The same for SetViewport, which is NOT_FOUND for a stream_id that no message of the script
  /// has.
  void WaitForMoves(std::size_t count);

  grpc::ServerUnaryReactor* ListLayers(grpc::CallbackServerContext*,
                                       const layers::v1::ListLayersRequest*,
                                       layers::v1::ListLayersResponse*) override;
  grpc::ServerUnaryReactor* GetLayer(grpc::CallbackServerContext*,
                                     const layers::v1::GetLayerRequest*,
                                     layers::v1::GetLayerResponse*) override;
  grpc::ServerUnaryReactor* GetTile(grpc::CallbackServerContext*, const layers::v1::GetTileRequest*,
                                    layers::v1::GetTileResponse*) override;
  grpc::ServerWriteReactor<layers::v1::WatchLayerResponse>* WatchLayer(
      grpc::CallbackServerContext*, const layers::v1::WatchLayerRequest*) override;
  grpc::ServerUnaryReactor* SetViewport(grpc::CallbackServerContext*,
                                        const layers::v1::SetViewportRequest*,
                                        layers::v1::SetViewportResponse*) override;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, layers::v1::Layer> layers_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> tiles_ ABSL_GUARDED_BY(mutex_);
  class Follower;
  void TellFollowers(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AnswerTile(const layers::v1::GetTileRequest& request, layers::v1::GetTileResponse* response)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool hold_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::function<void()>> held_ ABSL_GUARDED_BY(mutex_);  // each answers one call
  std::vector<layers::v1::WatchLayerResponse> script_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_next_ ABSL_GUARDED_BY(mutex_);
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  std::set<Follower*> followers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_LAYERS_H_
