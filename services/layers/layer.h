// What every map layer of the city is, live or static.
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

/// A named layer. LayerService, the gateway and every client see layers only through this: to add
/// one, implement it and add it to the process's LayerCatalog. Thread-safe.
class Layer {
 public:
  virtual ~Layer() = default;

  /// "traffic".
  virtual std::string_view id() const = 0;

  /// The constant part of the description: the schema, the pack, bounds, formats and fixed notices;
  /// for static layers also the version, whose counter is 1. O(1).
  virtual const v1::Layer& description() const = 0;

  /// description() with the version, data_time, stale and notices of the present frame.
  v1::Layer Describe() const;

  /// One tile at the version of `frame`, which is of live_state(), or nullptr for static layers: so
  /// the tiles of one frame fit together. `format` is one of description().formats; `if_none_match`
  /// as
  /// in GetTileRequest. An area without features gives empty data. The content tag is found before
  /// anything is encoded. UNAVAILABLE: the layer's inputs have not been read yet.
  virtual absl::StatusOr<v1::Tile> GetTileAt(const Frame* frame, geo::TileId tile,
                                             std::string_view format,
                                             std::string_view if_none_match) const = 0;

  /// The same at the present version.
  absl::StatusOr<v1::Tile> GetTile(geo::TileId tile, std::string_view format,
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

  /// Where the rows of sub-layer `index` lie, for viewports; nullptr when its rows cannot be
  /// placed.
  virtual std::shared_ptr<const RowIndex> row_index(int /*sub_layer*/) const { return nullptr; }
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_LAYER_H_
