#include "services/flood/flood_schema.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "citylayers/flood/v1/flood_service.pb.h"

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
  std::vector<std::string> ids;
  for (const auto& value : layer.sub_layers(kStreets).columns(kClass).enum_values()) {
    ids.push_back(value.id());
    if (value.number() == kUnknownClass) continue;
    EXPECT_EQ(value.number(), static_cast<int>(ids.size() - 1));
    const auto flood_class = static_cast<v1::FloodClass>(value.number() + 1);  // 0: unspecified
    EXPECT_EQ(v1::FloodClass_Name(flood_class),
              StrCat("FLOOD_CLASS_", absl::AsciiStrToUpper(value.id())));
  }
  EXPECT_THAT(ids,
              ::testing::ElementsAre("dry", "ponding", "shallow", "flooded", "deep", "unknown"));
  EXPECT_LT(kUnknownClass, 0) << "what is greater than dry is wet";
}

}  // namespace
}  // namespace citylayers::flood
