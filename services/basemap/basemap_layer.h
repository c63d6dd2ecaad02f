// The layer `layers/base`: water, parks, roads and names of the city pack.
#ifndef CITYLAYERS_SERVICES_BASEMAP_BASEMAP_LAYER_H_
#define CITYLAYERS_SERVICES_BASEMAP_BASEMAP_LAYER_H_

#include <memory>
#include <utility>

#include "base/lon_lat.h"
#include "services/layers/layer.h"
#include "storage/pack/city_pack.h"

namespace citylayers::basemap {

/// Prepared tiles, found by key. A tile's content tag is derived from the pack and the tile: a pack
/// never changes. Thread-safe.
class BasemapLayer final : public layers::Layer {
 public:
  explicit BasemapLayer(std::shared_ptr<const storage::CityPack> pack);

  std::string_view id() const override { return "base"; }
  const layers::v1::Layer& description() const override { return description_; }
  absl::StatusOr<layers::v1::Tile> GetTileAt(const layers::Frame* frame, geo::TileId tile,
                                             layers::v1::TileFormat format,
                                             std::string_view if_none_match) const override;

 private:
  layers::v1::Layer MakeDescription() const;

  const std::shared_ptr<const storage::CityPack> pack_;
  const LonLatBox bounds_;  // of the pack, and of content drawn beyond
  const layers::v1::Layer description_;
};

}  // namespace citylayers::basemap

#endif  // CITYLAYERS_SERVICES_BASEMAP_BASEMAP_LAYER_H_
