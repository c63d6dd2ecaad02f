#include "services/flood/flood_schema.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "citylayers/flood/v1/flood_service.pb.h"
#include "proto/support/enum_id.h"

namespace citylayers::flood {
namespace {

TEST(FloodSchema, ColumnsStandWhereTheirNumbersSay) {
  const layers::v1::Layer layer = FloodSchema();
  ASSERT_EQ(layer.sub_layers_size(), kSubLayerCount);
  const layers::v1::SubLayer& streets = layer.sub_layers(kStreets);
  EXPECT_EQ(streets.name(), "streets");
  ASSERT_EQ(streets.columns_size(), kStreetColumnCount);
  EXPECT_EQ(streets.columns(kDepthCm).name(), "depth_cm");
  EXPECT_EQ(streets.columns(kClass).name(), "flood_class");
  EXPECT_EQ(layer.sub_layers(kDepth).name(), "depth");
  EXPECT_EQ(layer.sub_layers(kDepth).id_kind(), layers::v1::ID_KIND_NONE)
      << "reported by changed tiles";
}

TEST(FloodSchema, ClassesAreThoseOfTheService) {
  const layers::v1::Layer layer = FloodSchema();
  const layers::v1::StateColumn& column = layer.sub_layers(kStreets).columns(kClass);
  ASSERT_EQ(column.enum_values_size(), v1::FloodClass_ARRAYSIZE);
  for (const auto& value : column.enum_values()) {
    const auto flood_class = static_cast<v1::FloodClass>(value.number());
    EXPECT_EQ(value.id(),
              flood_class == v1::FLOOD_CLASS_UNSPECIFIED ? "unknown" : EnumId(flood_class));
  }
  EXPECT_EQ(column.default_value(), v1::FLOOD_CLASS_DRY) << "snapshots omit dry streets";
}

}  // namespace
}  // namespace citylayers::flood
