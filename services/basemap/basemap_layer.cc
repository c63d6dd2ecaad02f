#include "services/basemap/basemap_layer.h"

#include "base/strings.h"
#include "geo/tile/tile_id.h"
#include "services/layers/request_fields.h"

namespace citylayers::basemap {
namespace {

void AddSubLayer(layers::v1::Layer* layer, const char* name, layers::v1::GeometryType geometry,
                 std::initializer_list<std::pair<const char*, const char*>> fields) {
  layers::v1::SubLayer* sub_layer = layer->add_sub_layers();
  sub_layer->set_name(name);
  sub_layer->set_geometry(geometry);
  sub_layer->set_id_kind(layers::v1::ID_KIND_NONE);
  for (const auto& [field, meaning] : fields)
    (*sub_layer->mutable_static_fields())[field] = meaning;
}

// The pack's bounds, widened into each tile with content: rivers and roads extend slightly beyond
// the city, and clients request no tile outside the bounds.
LonLatBox BoundsWithContent(const storage::CityPack& pack) {
  constexpr double kReach = 0.01;  // of a tile's width
  LonLatBox box = pack.manifest().bounds;
  for (std::size_t i = 0; i < pack.base_tiles().size(); ++i) {
    const absl::StatusOr<geo::TileId> tile = geo::TileId::FromKey(pack.base_tiles().entry(i).key);
    if (!tile.ok()) continue;
    const LonLatBox at = tile->Bounds();
    const double lon_deg = (at.east_deg - at.west_deg) * kReach;
    const double lat_deg = (at.north_deg - at.south_deg) * kReach;
    if (at.east_deg <= box.west_deg) box.west_deg = at.east_deg - lon_deg;
    if (at.west_deg >= box.east_deg) box.east_deg = at.west_deg + lon_deg;
    if (at.north_deg <= box.south_deg) box.south_deg = at.north_deg - lat_deg;
    if (at.south_deg >= box.north_deg) box.north_deg = at.south_deg + lat_deg;
  }
  return box;
}

}  // namespace

BasemapLayer::BasemapLayer(std::shared_ptr<const storage::CityPack> pack)
    : pack_(std::move(pack)), bounds_(BoundsWithContent(*pack_)), description_(MakeDescription()) {}

layers::v1::Layer BasemapLayer::MakeDescription() const {
  const storage::Manifest& manifest = pack_->manifest();
  layers::v1::Layer layer;
  layer.set_name("layers/base");
  layer.mutable_display_name()->set_vi("Bản đồ nền");
  layer.mutable_display_name()->set_en("Base map");
  layer.mutable_description()->set_vi("Sông, công viên, đường và tên gọi.");
  layer.mutable_description()->set_en("Water, parks, roads and names.");
  layer.set_kind(layers::v1::LAYER_KIND_STATIC);
  layer.set_pack_id(pack_->pack_id());
  layer.mutable_version()->set_epoch(1);
  layer.mutable_version()->set_counter(1);
  layer.set_min_zoom(8);
  layer.set_max_zoom(14);
  layer.add_formats(layers::v1::TILE_FORMAT_MVT);
  layer.set_attribution(manifest.attribution);
  *layer.mutable_bounds() = layers::ToBoundingBox(bounds_);
  for (const std::string& notice : manifest.notices) {
    if (notice != "synthetic_terrain") layer.add_notices(notice);
  }
  AddSubLayer(
      &layer, "water", layers::v1::GEOMETRY_TYPE_POLYGON,
      {{"kind", "river, canal, lake or sea"}, {"name", "Name"}, {"name_en", "English name"}});
  AddSubLayer(&layer, "waterway", layers::v1::GEOMETRY_TYPE_LINE,
              {{"kind", "river or canal"},
               {"name", "Name"},
               {"name_en", "English name"},
               {"width_m", "Width, m"}});
  AddSubLayer(&layer, "park", layers::v1::GEOMETRY_TYPE_POLYGON,
              {{"kind", "Kind of green"}, {"name", "Name"}, {"name_en", "English name"}});
  AddSubLayer(&layer, "landuse", layers::v1::GEOMETRY_TYPE_POLYGON,
              {{"kind", "airport and the like"}, {"name", "Name"}, {"name_en", "English name"}});
  AddSubLayer(&layer, "road", layers::v1::GEOMETRY_TYPE_LINE,
              {{"class", "motorway to local"},
               {"name", "Name"},
               {"bridge", "0 or 1"},
               {"tunnel", "0 or 1"}});
  AddSubLayer(&layer, "place", layers::v1::GEOMETRY_TYPE_POINT,
              {{"kind", "city, district, ward or landmark"},
               {"name", "Name"},
               {"name_en", "English name"},
               {"rank", "1 first"}});
  AddSubLayer(&layer, "boundary", layers::v1::GEOMETRY_TYPE_LINE, {{"kind", "ward"}});
  return layer;
}

absl::StatusOr<layers::v1::Tile> BasemapLayer::GetTileAt(const layers::Frame* /*frame*/,
                                                         geo::TileId tile,
                                                         layers::v1::TileFormat /*format*/,
                                                         std::string_view if_none_match) const {
  layers::v1::Tile result;
  result.mutable_version()->set_epoch(1);
  result.mutable_version()->set_counter(1);
  result.set_content_type("application/vnd.mapbox-vector-tile");
  const std::optional<std::string_view> bytes = pack_->base_tiles().Find(tile.Key());
  if (!bytes.has_value()) return result;
  result.set_content_tag(StrCat(pack_->pack_id(), "-", tile.Key()));
  if (if_none_match == result.content_tag()) {
    result.set_not_modified(true);
    return result;
  }
  result.set_data(std::string(*bytes));
  return result;
}

}  // namespace citylayers::basemap
