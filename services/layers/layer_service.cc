#include "services/layers/layer_service.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "geo/tile/covering.h"
#include "services/layers/content_tag.h"
#include "services/layers/follow_source.h"
#include "services/layers/layer_changes.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/metadata_text.h"
#include "services/runtime/rpc/request_ranges.h"

namespace citylayers::layers {
namespace {

/// Streams the requested tiles, one per message.
class TilesSource final : public runtime::StreamSource<v1::GetTilesResponse> {
 public:
  using Get = std::function<absl::StatusOr<v1::Tile>(const v1::TileCoordinate&)>;
  TilesSource(std::vector<v1::TileCoordinate> tiles, Get get)
      : tiles_(std::move(tiles)), get_(std::move(get)) {}

  absl::StatusOr<runtime::StreamStep> Next(v1::GetTilesResponse* response) override {
    if (next_ == tiles_.size()) return runtime::StreamStep::End();
    ASSIGN_OR_RETURN(*response->mutable_tile(), get_(tiles_[next_]));
    ++next_;
    return runtime::StreamStep::Bulk();
  }
  bool has_bulk() const override { return true; }

 private:
  std::vector<v1::TileCoordinate> tiles_;
  Get get_;
  std::size_t next_ = 0;
};

// Scopes name layers by their ids: "layers:read:traffic".
absl::Status CheckLayer(const runtime::Call& call, std::string_view name) {
  constexpr std::string_view kPrefix = "layers/";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  return call.CheckResource(name);
}

}  // namespace

grpc::ServerUnaryReactor* LayerServiceImpl::ListLayers(grpc::CallbackServerContext* context,
                                                       const v1::ListLayersRequest* request,
                                                       v1::ListLayersResponse* response) {
  return calls_.Unary(
      context, "LayerService/ListLayers", request, response,
      [this](const runtime::Call& call,
             const v1::ListLayersRequest&) -> absl::StatusOr<v1::ListLayersResponse> {
        v1::ListLayersResponse all;
        for (const auto& layer : catalog_.All()) {
          if (CheckLayer(call, layer->description().name()).ok()) {
            *all.add_layers() = Describe(*layer);
          }
        }
        return all;
      });
}

absl::StatusOr<std::shared_ptr<const Layer>> LayerServiceImpl::ReadableLayer(
    const runtime::Call& call, const std::string& name) const {
  RETURN_IF_ERROR(CheckLayer(call, name));
  return catalog_.Find(name);
}

WatchSource::Options LayerServiceImpl::WatchOptions() const {
  WatchSource::Options options = options_.watch;
  options.notices = notices_;
  return options;
}

v1::Layer LayerServiceImpl::Describe(const Layer& layer) const {
  v1::Layer description = layer.Describe();
  for (const std::string& notice : notices_) description.add_notices(notice);
  return description;
}

grpc::ServerUnaryReactor* LayerServiceImpl::GetLayer(grpc::CallbackServerContext* context,
                                                     const v1::GetLayerRequest* request,
                                                     v1::GetLayerResponse* response) {
  return calls_.Unary(context, "LayerService/GetLayer", request, response,
                      [this](const runtime::Call& call,
                             const v1::GetLayerRequest& r) -> absl::StatusOr<v1::GetLayerResponse> {
                        ASSIGN_OR_RETURN(auto layer, ReadableLayer(call, r.name()));
                        v1::GetLayerResponse found;
                        *found.mutable_layer() = Describe(*layer);
                        return found;
                      });
}

absl::StatusOr<LayerServiceImpl::TileContext> LayerServiceImpl::ContextOf(
    const std::string& name, v1::TileFormat format) const {
  TileContext tile_context;
  ASSIGN_OR_RETURN(tile_context.layer, catalog_.Find(name));
  if (format != v1::TILE_FORMAT_UNSPECIFIED) tile_context.format = format;
  const v1::Layer& description = tile_context.layer->description();
  if (std::count(description.formats().begin(), description.formats().end(), tile_context.format) ==
      0) {
    std::string known;
    for (const int offered : description.formats()) {
      StrAppend(&known, known.empty() ? "" : ", ",
                v1::TileFormat_Name(static_cast<v1::TileFormat>(offered)));
    }
    const std::string& asked = v1::TileFormat_Name(tile_context.format);
    return runtime::BadField(
        "format", StrCat(name, " has no tiles in ",
                         asked.empty() ? StrCat("format ", int{tile_context.format}) : asked,
                         "; it has: ", known));
  }
  if (!description.unavailable_reason().empty()) {
    return absl::FailedPreconditionError(
        StrCat(name, " is not available: ", description.unavailable_reason()));
  }
  tile_context.frame = tile_context.layer->PresentFrame();
  if (description.max_zoom() != 0) {
    tile_context.max_zoom = static_cast<std::uint32_t>(description.max_zoom());
  }
  return tile_context;
}

absl::StatusOr<geo::TileId> LayerServiceImpl::IdOf(const TileContext& tile_context,
                                                   const v1::TileCoordinate& coordinate,
                                                   std::string_view field) {
  if (coordinate.z() > tile_context.max_zoom) {
    return runtime::BadField(StrCat(field, ".z"),
                             StrCat(coordinate.z(), " is over the layer's max_zoom ",
                                    tile_context.max_zoom, "; draw tiles of that zoom larger"));
  }
  absl::StatusOr<geo::TileId> id =
      geo::TileId::Make(coordinate.z(), coordinate.x(), coordinate.y());
  if (!id.ok()) return runtime::BadField(field, ToStd(id.status().message()));
  return id;
}

absl::StatusOr<v1::Tile> LayerServiceImpl::TileOf(const TileContext& tile_context,
                                                  const v1::TileCoordinate& coordinate,
                                                  const std::string& if_none_match) {
  ASSIGN_OR_RETURN(const geo::TileId id, IdOf(tile_context, coordinate, "tile"));
  ASSIGN_OR_RETURN(v1::Tile tile,
                   tile_context.layer->GetTileAt(tile_context.frame.get(), id, tile_context.format,
                                                 if_none_match));
  *tile.mutable_tile() = coordinate;
  return tile;
}

grpc::ServerUnaryReactor* LayerServiceImpl::GetTile(grpc::CallbackServerContext* context,
                                                    const v1::GetTileRequest* request,
                                                    v1::GetTileResponse* response) {
  return calls_.Unary(
      context, "LayerService/GetTile", request, response,
      [this, context](const runtime::Call& call,
                      const v1::GetTileRequest& r) -> absl::StatusOr<v1::GetTileResponse> {
        RETURN_IF_ERROR(CheckLayer(call, r.name()));
        v1::GetTileResponse found;
        ASSIGN_OR_RETURN(const TileContext tile_context, ContextOf(r.name(), r.format()));
        if (!r.has_tile()) {
          return runtime::BadField("tile", "is required: z, x and y of a tile");
        }
        ASSIGN_OR_RETURN(*found.mutable_tile(), TileOf(tile_context, r.tile(), r.if_none_match()));
        calls_.CompressIfLarge(*context, found);
        return found;
      });
}

absl::StatusOr<v1::GetTileBundleResponse> LayerServiceImpl::BundleOf(
    const v1::GetTileBundleRequest& request) const {
  ASSIGN_OR_RETURN(const TileContext tile_context, ContextOf(request.name(), request.format()));
  if (!request.has_viewport()) return runtime::BadField("viewport", "is required");
  ASSIGN_OR_RETURN(const LonLatBox box, runtime::ReadBox(request.viewport(), "viewport"));
  const std::string& pack_id = tile_context.layer->description().pack_id();
  if (!request.pack_id().empty() && request.pack_id() != pack_id) {
    return absl::FailedPreconditionError(StrCat(request.name(), " is of the city pack \"", pack_id,
                                                "\", not \"", request.pack_id(),
                                                "\": read the layer again"));
  }
  if (request.zoom() > tile_context.max_zoom) {
    return runtime::BadField(
        "zoom", StrCat(request.zoom(), " is over the layer's max_zoom ", tile_context.max_zoom));
  }
  const auto covering = geo::TilesCoveringBox(
      box, static_cast<int>(request.zoom()), static_cast<std::size_t>(options_.tiles_per_call_max));
  if (!covering.ok()) {
    return runtime::BadField(
        "viewport", StrCat("covers more than ", options_.tiles_per_call_max, " tiles of zoom ",
                           request.zoom(), " (layers.tiles_per_call_max); use a smaller one"));
  }
  v1::GetTileBundleResponse bundle;
  std::string tags;
  for (const geo::TileId id : *covering) {
    v1::TileCoordinate coordinate;
    coordinate.set_z(static_cast<std::uint32_t>(id.z()));
    coordinate.set_x(id.x());
    coordinate.set_y(id.y());
    ASSIGN_OR_RETURN(*bundle.add_tiles(), TileOf(tile_context, coordinate, ""));
    StrAppend(&tags, id.x(), "/", id.y(), ":", bundle.tiles().rbegin()->content_tag(), ";");
  }
  bundle.set_content_tag(TagOfText(StrCat(request.zoom(), ";", tags)));
  if (bundle.content_tag() == request.if_none_match()) {
    bundle.clear_tiles();
    bundle.set_not_modified(true);
  }
  return bundle;
}

grpc::ServerUnaryReactor* LayerServiceImpl::GetTileBundle(grpc::CallbackServerContext* context,
                                                          const v1::GetTileBundleRequest* request,
                                                          v1::GetTileBundleResponse* response) {
  return calls_.Unary(context, "LayerService/GetTileBundle", request, response,
                      [this, context](const runtime::Call& call, const v1::GetTileBundleRequest& r)
                          -> absl::StatusOr<v1::GetTileBundleResponse> {
                        ASSIGN_OR_RETURN(const auto layer, ReadableLayer(call, r.name()));
                        ASSIGN_OR_RETURN(v1::GetTileBundleResponse bundle, BundleOf(r));
                        // A pack never changes: the gateway lets HTTP caches keep the answer as
                        // long as they may.
                        if (layer->live_state() == nullptr && !r.pack_id().empty()) {
                          context->AddInitialMetadata(std::string(runtime::kImmutableMetadata),
                                                      "1");
                        }
                        calls_.CompressIfLarge(*context, bundle);
                        return bundle;
                      });
}

grpc::ServerWriteReactor<v1::GetTilesResponse>* LayerServiceImpl::GetTiles(
    grpc::CallbackServerContext* context, const v1::GetTilesRequest* request) {
  using Source = std::unique_ptr<runtime::StreamSource<v1::GetTilesResponse>>;
  return calls_.ServerStream<v1::GetTilesRequest, v1::GetTilesResponse>(
      context, "LayerService/GetTiles", request,
      [this](const runtime::Call& call, const v1::GetTilesRequest& r) -> absl::StatusOr<Source> {
        RETURN_IF_ERROR(CheckLayer(call, r.name()));
        if (r.tiles_size() == 0) {
          return runtime::BadField("tiles",
                                   StrCat("give 1 to ", options_.tiles_per_call_max, " tiles"));
        }
        if (r.tiles_size() > options_.tiles_per_call_max) {
          return runtime::BadField(
              "tiles", StrCat(r.tiles_size(), " tiles are more than ", options_.tiles_per_call_max,
                              " (layers.tiles_per_call_max); ask for them in several calls"));
        }
        std::vector<v1::TileCoordinate> tiles(r.tiles().begin(), r.tiles().end());
        // One frame for the whole call: neighbouring tiles must have the same version.
        ASSIGN_OR_RETURN(TileContext tile_context, ContextOf(r.name(), r.format()));
        for (int i = 0; i < r.tiles_size(); ++i) {
          RETURN_IF_ERROR(IdOf(tile_context, r.tiles(i), StrCat("tiles[", i, "]")).status());
        }
        return Source(std::make_unique<TilesSource>(
            std::move(tiles),
            [tile_context = std::move(tile_context)](const v1::TileCoordinate& coordinate) {
              return TileOf(tile_context, coordinate, "");
            }));
      });
}

grpc::ServerWriteReactor<v1::WatchLayerResponse>* LayerServiceImpl::WatchLayer(
    grpc::CallbackServerContext* context, const v1::WatchLayerRequest* request) {
  using Source = std::unique_ptr<runtime::StreamSource<v1::WatchLayerResponse>>;
  return calls_.ServerStream<v1::WatchLayerRequest, v1::WatchLayerResponse>(
      context, "LayerService/WatchLayer", request,
      [this](const runtime::Call& call, const v1::WatchLayerRequest& r) -> absl::StatusOr<Source> {
        ASSIGN_OR_RETURN(auto layer, ReadableLayer(call, r.name()));
        ASSIGN_OR_RETURN(auto source,
                         WatchSource::Make(std::move(layer), r, WatchOptions(), machine_clock_));
        ASSIGN_OR_RETURN(std::string id, streams_.Add(source->AcceptMoves(), *call.caller));
        source->SetStreamId(std::move(id));
        return Source(std::move(source));
      });
}

grpc::ServerUnaryReactor* LayerServiceImpl::SetViewport(grpc::CallbackServerContext* context,
                                                        const v1::SetViewportRequest* request,
                                                        v1::SetViewportResponse* response) {
  return calls_.Unary(
      context, "LayerService/SetViewport", request, response,
      [this](const runtime::Call& call,
             const v1::SetViewportRequest& r) -> absl::StatusOr<v1::SetViewportResponse> {
        RETURN_IF_ERROR(CheckLayer(call, r.name()));
        ASSIGN_OR_RETURN(const MapView view, ReadView(r));
        const std::shared_ptr<ViewMailbox> stream = streams_.Find(r.stream_id(), *call.caller);
        if (stream == nullptr || stream->layer_name() != r.name()) {
          return runtime::WithReason(
              absl::NotFoundError(StrCat("you have no open stream of ", r.name(),
                                         " with this stream_id here; call WatchLayer with the "
                                         "new viewport and with `resume`")),
              runtime::kReasonUnknownStream);
        }
        stream->Post(view);
        return v1::SetViewportResponse();
      });
}

grpc::ServerBidiReactor<v1::FollowLayersRequest, v1::FollowLayersResponse>*
LayerServiceImpl::FollowLayers(grpc::CallbackServerContext* context) {
  using Source =
      std::unique_ptr<runtime::DuplexSource<v1::FollowLayersRequest, v1::FollowLayersResponse>>;
  return calls_.Duplex<v1::FollowLayersRequest, v1::FollowLayersResponse>(
      context, "LayerService/FollowLayers",
      {.merge = FollowSource::Merge,
       .per_s_max = options_.follow_requests_per_s,
       .option = "layers.follow_requests_per_s"},
      [this](const runtime::Call& call) -> absl::StatusOr<Source> {
        return std::make_unique<FollowSource>(
            FollowSource::Options{.layers_max = options_.follow_layers_max,
                                  .watch = WatchOptions()},
            [this, call](const std::string& name) { return ReadableLayer(call, name); },
            machine_clock_);
      });
}

grpc::ServerUnaryReactor* LayerServiceImpl::GetChanges(grpc::CallbackServerContext* context,
                                                       const v1::GetChangesRequest* request,
                                                       v1::GetChangesResponse* response) {
  return calls_.Unary(
      context, "LayerService/GetChanges", request, response,
      [this, context](const runtime::Call& call,
                      const v1::GetChangesRequest& r) -> absl::StatusOr<v1::GetChangesResponse> {
        ASSIGN_OR_RETURN(auto layer, ReadableLayer(call, r.name()));
        ASSIGN_OR_RETURN(v1::GetChangesResponse changes,
                         ChangesOf(std::move(layer), r, WatchOptions(), machine_clock_));
        if (changes.has_snapshot() || changes.delta().has_view()) {
          calls_.CompressIfLarge(*context, changes);
        }
        return changes;
      });
}

}  // namespace citylayers::layers
