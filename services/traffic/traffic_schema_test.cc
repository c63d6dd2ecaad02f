#include "services/traffic/traffic_schema.h"

#include <string>

#include <gtest/gtest.h>

#include "citylayers/flood/v1/flood_service.pb.h"
#include "citylayers/traffic/v1/traffic_service.pb.h"
#include "proto/support/enum_id.h"

namespace citylayers::traffic {
namespace {

const layers::v1::StateColumn& ColumnAt(const layers::v1::Layer& layer, Column column) {
  return layer.sub_layers(0).columns(column);
}

/// The values of a column are those of the enum, and the id of 0 is `zero`.
template <typename Enum>
void ExpectValuesOf(const layers::v1::StateColumn& column, int count, const std::string& zero) {
  ASSERT_EQ(column.enum_values_size(), count) << column.name();
  for (const layers::v1::EnumValue& value : column.enum_values()) {
    const std::string id = EnumId(static_cast<Enum>(value.number()));
    EXPECT_EQ(value.id(), value.number() == 0 ? zero : id) << column.name();
  }
}

TEST(TrafficSchema, ColumnsStandWhereTheirNumbersSay) {
  const layers::v1::Layer layer = TrafficSchema();
  ASSERT_EQ(layer.sub_layers(0).columns_size(), kColumnCount);
  EXPECT_EQ(ColumnAt(layer, kLevel).name(), "level");
  EXPECT_EQ(ColumnAt(layer, kSource).name(), "source");
  EXPECT_EQ(ColumnAt(layer, kFloodClass).name(), "flood_class");
}

TEST(TrafficSchema, EnumeratedColumnsHaveTheNumbersOfTheServices) {
  const layers::v1::Layer layer = TrafficSchema();
  ExpectValuesOf<v1::TrafficLevel>(ColumnAt(layer, kLevel), v1::TrafficLevel_ARRAYSIZE, "unknown");
  ExpectValuesOf<v1::SpeedSource>(ColumnAt(layer, kSource), v1::SpeedSource_ARRAYSIZE, "none");
  ExpectValuesOf<flood::v1::FloodClass>(ColumnAt(layer, kFloodClass),
                                        flood::v1::FloodClass_ARRAYSIZE, "unknown");
}

TEST(TrafficSchema, SnapshotsOmitDryStreetsWithoutData) {
  const layers::v1::Layer layer = TrafficSchema();
  EXPECT_EQ(ColumnAt(layer, kLevel).default_value(), v1::TRAFFIC_LEVEL_UNSPECIFIED);
  EXPECT_EQ(ColumnAt(layer, kFloodClass).default_value(), flood::v1::FLOOD_CLASS_DRY);
}

}  // namespace
}  // namespace citylayers::traffic
