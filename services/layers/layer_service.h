// citylayers.layers.v1.LayerService over the layers of this process.
#ifndef CITYLAYERS_SERVICES_LAYERS_LAYER_SERVICE_H_
#define CITYLAYERS_SERVICES_LAYERS_LAYER_SERVICE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "citylayers/layers/v1/layer_service.grpc.pb.h"
#include "services/layers/layer_catalog.h"
#include "services/layers/watch_source.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/rpc/stream_registry.h"

namespace citylayers::layers {

/// A thin adapter: finds the layer and calls it. Registered once per process. Thread-safe.
class LayerServiceImpl final : public v1::LayerService::CallbackService {
 public:
  struct Options {
    int tiles_per_call_max = 256;
    std::size_t follow_layers_max = 16;
    double follow_requests_per_s = 10;  // per stream
    WatchSource::Options watch;
  };

  /// The references must outlive it. `notices`: for viewers of every layer, in addition to those of
  /// the layer itself.
  LayerServiceImpl(Options options, const LayerCatalog& catalog, runtime::CallAdapter& calls,
                   std::vector<std::string> notices = {})
      : options_(std::move(options)),
        catalog_(catalog),
        calls_(calls),
        notices_(std::move(notices)) {}

  grpc::ServerUnaryReactor* ListLayers(grpc::CallbackServerContext* context,
                                       const v1::ListLayersRequest* request,
                                       v1::ListLayersResponse* response) override;
  grpc::ServerUnaryReactor* GetLayer(grpc::CallbackServerContext* context,
                                     const v1::GetLayerRequest* request,
                                     v1::GetLayerResponse* response) override;
  grpc::ServerUnaryReactor* GetTile(grpc::CallbackServerContext* context,
                                    const v1::GetTileRequest* request,
                                    v1::GetTileResponse* response) override;
  grpc::ServerWriteReactor<v1::GetTilesResponse>* GetTiles(
      grpc::CallbackServerContext* context, const v1::GetTilesRequest* request) override;
  grpc::ServerUnaryReactor* GetTileBundle(grpc::CallbackServerContext* context,
                                          const v1::GetTileBundleRequest* request,
                                          v1::GetTileBundleResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchLayerResponse>* WatchLayer(
      grpc::CallbackServerContext* context, const v1::WatchLayerRequest* request) override;
  grpc::ServerUnaryReactor* SetViewport(grpc::CallbackServerContext* context,
                                        const v1::SetViewportRequest* request,
                                        v1::SetViewportResponse* response) override;
  grpc::ServerBidiReactor<v1::FollowLayersRequest, v1::FollowLayersResponse>* FollowLayers(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetChanges(grpc::CallbackServerContext* context,
                                       const v1::GetChangesRequest* request,
                                       v1::GetChangesResponse* response) override;

 private:
  v1::Layer Describe(const Layer& layer) const;
  /// The layer when the caller may read it.
  absl::StatusOr<std::shared_ptr<const Layer>> ReadableLayer(const runtime::Call& call,
                                                             const std::string& name) const;
  WatchSource::Options WatchOptions() const;
  /// The layer, frame and format of the tiles of one call.
  struct TileContext {
    std::shared_ptr<const Layer> layer;
    std::shared_ptr<const Frame> frame;  // nullptr: a static layer
    v1::TileFormat format = v1::TILE_FORMAT_MVT;
    std::uint32_t max_zoom = geo::TileId::kMaxZoom;
  };
  absl::StatusOr<TileContext> ContextOf(const std::string& name, v1::TileFormat format) const;
  /// INVALID_ARGUMENT naming `field`: not a tile, or one above the layer's max_zoom.
  static absl::StatusOr<geo::TileId> IdOf(const TileContext& tile_context,
                                          const v1::TileCoordinate& coordinate,
                                          std::string_view field);
  static absl::StatusOr<v1::Tile> TileOf(const TileContext& tile_context,
                                         const v1::TileCoordinate& coordinate,
                                         const std::string& if_none_match);
  absl::StatusOr<v1::GetTileBundleResponse> BundleOf(const v1::GetTileBundleRequest& request) const;

  const Options options_;
  const LayerCatalog& catalog_;
  runtime::CallAdapter& calls_;
  const std::vector<std::string> notices_;
  const runtime::MonotonicClock machine_clock_;
  runtime::StreamRegistry<ViewMailbox> streams_;  // of WatchLayer
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_LAYER_SERVICE_H_
