#include "services/flood/flood_schema.h"

#include "services/layers/depth_class_column.h"

namespace citylayers::flood {

layers::v1::Layer FloodSchema() {
  layers::v1::Layer layer;
  layer.set_name("layers/flood");
  layer.mutable_display_name()->set_vi("Ngập");
  layer.mutable_display_name()->set_en("Flooding");
  layer.mutable_description()->set_vi(
      "Độ sâu nước trên mặt đất và trên từng tuyến đường, từ triều và mưa.");
  layer.mutable_description()->set_en(
      "Depth of water over ground and on each street, from tide and rain.");
  layer.set_kind(layers::v1::LAYER_KIND_LIVE);
  layer.set_min_zoom(9);
  layer.set_max_zoom(14);
  layer.add_formats(layers::v1::TILE_FORMAT_MVT);
  layer.add_formats(layers::v1::TILE_FORMAT_PNG);

  layers::v1::SubLayer* streets = layer.add_sub_layers();
  streets->set_name("streets");
  streets->set_geometry(layers::v1::GEOMETRY_TYPE_LINE);
  streets->set_id_kind(layers::v1::ID_KIND_SEGMENT_INDEX);
  (*streets->mutable_static_fields())["name"] = "Street name";
  (*streets->mutable_static_fields())["class"] =
      "Road class: motorway, trunk, primary, secondary, tertiary or local";
  layers::v1::StateColumn* depth = streets->add_columns();
  depth->set_name("depth_cm");
  depth->mutable_display_name()->set_vi("Độ sâu");
  depth->mutable_display_name()->set_en("Depth");
  depth->set_unit("cm");
  depth->set_scale(1);
  depth->set_watched_by_default(true);
  layers::v1::StateColumn* flood_class = streets->add_columns();
  flood_class->mutable_display_name()->set_vi("Mức ngập");
  flood_class->mutable_display_name()->set_en("Flood class");
  flood_class->set_watched_by_default(true);
  layers::DescribeDepthClasses(*flood_class);

  layers::v1::SubLayer* bands = layer.add_sub_layers();
  bands->set_name("depth");
  bands->set_geometry(layers::v1::GEOMETRY_TYPE_POLYGON);
  bands->set_id_kind(layers::v1::ID_KIND_NONE);
  (*bands->mutable_static_fields())["class"] =
      "Flood class: 2 ponding, 3 shallow, 4 flooded, 5 deep";
  return layer;
}

}  // namespace citylayers::flood
