#include "services/traffic/traffic_schema.h"

#include "services/layers/depth_class_column.h"

namespace citylayers::traffic {
namespace {

using layers::v1::Layer;
using layers::v1::StateColumn;
using layers::v1::SubLayer;

StateColumn* AddColumn(SubLayer* sub_layer, const char* name, const char* vi, const char* en,
                       bool watched) {
  StateColumn* column = sub_layer->add_columns();
  column->set_name(name);
  column->mutable_display_name()->set_vi(vi);
  column->mutable_display_name()->set_en(en);
  column->set_scale(1);
  column->set_watched_by_default(watched);
  return column;
}

void AddValue(StateColumn* column, int number, const char* id, const char* vi, const char* en) {
  auto* value = column->add_enum_values();
  value->set_number(number);
  value->set_id(id);
  value->mutable_display_name()->set_vi(vi);
  value->mutable_display_name()->set_en(en);
}

}  // namespace

Layer TrafficSchema() {
  Layer layer;
  layer.set_name("layers/traffic");
  layer.mutable_display_name()->set_vi("Kẹt xe");
  layer.mutable_display_name()->set_en("Traffic jams");
  layer.mutable_description()->set_vi("Mức độ lưu thông trên từng đoạn đường, theo chiều xe chạy.");
  layer.mutable_description()->set_en(
      "How well traffic flows on each stretch of road, by driving direction.");
  layer.set_kind(layers::v1::LAYER_KIND_LIVE);
  layer.set_min_zoom(8);
  layer.set_max_zoom(14);
  layer.add_formats(layers::v1::TILE_FORMAT_MVT);
  SubLayer* roads = layer.add_sub_layers();
  roads->set_name("traffic");
  roads->set_geometry(layers::v1::GEOMETRY_TYPE_LINE);
  roads->set_id_kind(layers::v1::ID_KIND_SEGMENT_INDEX);
  (*roads->mutable_static_fields())["name"] = "Street name";
  (*roads->mutable_static_fields())["class"] =
      "Road class: motorway, trunk, primary, secondary, tertiary or local";

  StateColumn* level = AddColumn(roads, "level", "Mức độ", "Level", true);
  AddValue(level, 0, "unknown", "không rõ", "unknown");
  AddValue(level, 1, "free", "thông thoáng", "free");
  AddValue(level, 2, "slow", "chậm", "slow");
  AddValue(level, 3, "queuing", "ùn ứ", "queuing");
  AddValue(level, 4, "stationary", "kẹt cứng", "stationary");
  AddValue(level, 5, "closed", "đóng đường", "closed");
  AddColumn(roads, "speed_kmh", "Tốc độ", "Speed", true)->set_unit("km/h");
  AddColumn(roads, "jam_factor_x10", "Hệ số kẹt xe", "Jam factor", false)->set_scale(0.1);
  StateColumn* age = AddColumn(roads, "age_class", "Độ mới", "Freshness", false);
  age->set_default_value(2);  // for a segment without data
  AddValue(age, 0, "live", "mới", "live");
  AddValue(age, 1, "ageing", "đang cũ", "ageing");
  AddValue(age, 2, "stale", "cũ", "stale");
  StateColumn* source = AddColumn(roads, "source", "Nguồn", "Source", false);
  AddValue(source, 0, "none", "không có", "none");
  AddValue(source, 1, "live", "đo được", "measured");
  AddValue(source, 2, "profile", "theo giờ điển hình", "typical for the hour");
  StateColumn* flood = AddColumn(roads, "flood_class", "Ngập", "Flooding", false);
  layers::DescribeDepthClasses(*flood);
  return layer;
}

}  // namespace citylayers::traffic
