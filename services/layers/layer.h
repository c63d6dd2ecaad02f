// The interface of all map layers of the city, live or static.
#ifndef CITYLAYERS_SERVICES_LAYERS_LAYER_H_
#define CITYLAYERS_SERVICES_LAYERS_LAYER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "citylayers/layers/v1/layer_service.pb.h"
#include "geo/tile/tile_id.h"
#include "services/layers/live_state.h"
#include "services/layers/row_index.h"

namespace citylayers::layers {

/// A named layer. LayerService, the gateway and all clients use layers only through this interface:
/// to add one, implement it and add it to the process's LayerCatalog. Thread-safe.
class Layer {
 public:
  virtual ~Layer() = default;

  /// For example "traffic".
  virtual std::string_view id() const = 0;

  /// The constant part of the description: the schema, the pack, bounds, formats and fixed notices;
  /// for static layers also the version, whose counter is 1. O(1).
  virtual const v1::Layer& description() const = 0;

  /// description() with the version, data_time, stale and notices of the present frame.
  v1::Layer Describe() const;

  /// One tile at the version of `frame`, a frame of live_state(), or nullptr for static layers:
  /// tiles of one frame are consistent. `format` is one of description().formats; `if_none_match`
  /// as in GetTileRequest. An area without features gives empty data. The content tag is computed
  /// before anything is encoded. UNAVAILABLE: the layer's inputs have not been read yet.
  virtual absl::StatusOr<v1::Tile> GetTileAt(const Frame* frame, geo::TileId tile,
                                             v1::TileFormat format,
                                             std::string_view if_none_match) const = 0;

  /// GetTileAt for the present frame.
  absl::StatusOr<v1::Tile> GetTile(geo::TileId tile, v1::TileFormat format,
                                   std::string_view if_none_match) const {
    return GetTileAt(PresentFrame().get(), tile, format, if_none_match);
  }

  /// The present frame of live_state(); nullptr for static layers.
  std::shared_ptr<const Frame> PresentFrame() const {
    const std::shared_ptr<const LiveState> state = live_state();
    return state == nullptr ? nullptr : state->frame();
  }

  /// The state that watchers follow; nullptr for static layers.
  virtual std::shared_ptr<const LiveState> live_state() const { return nullptr; }

  /// Locations of the rows of sub-layer `index`, for viewports; nullptr when the rows have no
  /// location.
  virtual std::shared_ptr<const RowIndex> row_index(int /*sub_layer*/) const { return nullptr; }
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_LAYER_H_
