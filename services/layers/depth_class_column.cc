#include "services/layers/depth_class_column.h"

#include <string>

#include "citylayers/flood/v1/flood_service.pb.h"

namespace citylayers::layers {

static_assert(ColumnValue(geo::DepthClass::kUnknown) == flood::v1::FLOOD_CLASS_UNSPECIFIED);
static_assert(ColumnValue(geo::DepthClass::kDry) == flood::v1::FLOOD_CLASS_DRY);
static_assert(ColumnValue(geo::DepthClass::kPonding) == flood::v1::FLOOD_CLASS_PONDING);
static_assert(ColumnValue(geo::DepthClass::kShallow) == flood::v1::FLOOD_CLASS_SHALLOW);
static_assert(ColumnValue(geo::DepthClass::kFlooded) == flood::v1::FLOOD_CLASS_FLOODED);
static_assert(ColumnValue(geo::DepthClass::kDeep) == flood::v1::FLOOD_CLASS_DEEP);
static_assert(geo::kDepthClasses.size() == flood::v1::FloodClass_ARRAYSIZE);

void DescribeDepthClasses(v1::StateColumn& column) {
  column.set_name("flood_class");
  column.set_scale(1);
  column.set_default_value(ColumnValue(geo::DepthClass::kDry));
  for (const geo::DepthClassInfo& info : geo::kDepthClasses) {
    v1::EnumValue& value = *column.add_enum_values();
    value.set_number(ColumnValue(info.depth_class));
    value.set_id(std::string(info.id));
    value.mutable_display_name()->set_vi(std::string(info.name_vi));
    value.mutable_display_name()->set_en(std::string(info.name_en));
  }
}

}  // namespace citylayers::layers
