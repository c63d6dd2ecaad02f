#include "services/flood/flood_schema.h"

#include <string>

#include "geo/flood/depth_class.h"

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
  layer.add_formats("mvt");
  layer.add_formats("png");

  layers::v1::SubLayer* streets = layer.add_sub_layers();
  streets->set_name("streets");
  streets->set_geometry("line");
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
  flood_class->set_name("flood_class");
  flood_class->mutable_display_name()->set_vi("Mức ngập");
  flood_class->mutable_display_name()->set_en("Flood class");
  flood_class->set_scale(1);
  flood_class->set_watched_by_default(true);
  for (const geo::DepthClass depth_class : geo::kDepthClasses) {
    auto* value = flood_class->add_enum_values();
    value->set_number(static_cast<std::int32_t>(depth_class));
    value->set_id(std::string(geo::DepthClassId(depth_class)));
    value->mutable_display_name()->set_vi(std::string(geo::DepthClassNameVi(depth_class)));
    value->mutable_display_name()->set_en(std::string(geo::DepthClassNameEn(depth_class)));
  }
  auto* unknown = flood_class->add_enum_values();
  unknown->set_number(kUnknownClass);
  unknown->set_id("unknown");
  unknown->mutable_display_name()->set_vi("chưa rõ");
  unknown->mutable_display_name()->set_en("not known");

  layers::v1::SubLayer* bands = layer.add_sub_layers();
  bands->set_name("depth");
  bands->set_geometry("polygon");
  bands->set_id_kind(layers::v1::ID_KIND_NONE);
  (*bands->mutable_static_fields())["class"] = "Flood class, 1 ponding to 4 deep";
  return layer;
}

}  // namespace citylayers::flood
