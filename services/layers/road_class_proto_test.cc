#include "services/layers/road_class_proto.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "proto/support/enum_id.h"

namespace citylayers::layers {
namespace {

TEST(RoadClassProto, EachClassKeepsItsWord) {
  for (std::size_t i = 0; i < geo::kRoadClassWords.size(); ++i) {
    const auto road_class = static_cast<geo::RoadClass>(i);
    EXPECT_EQ(EnumId(ToProto(road_class)), geo::RoadClassWord(road_class));
    EXPECT_EQ(FromProto(ToProto(road_class)), road_class);
  }
  EXPECT_EQ(common::v1::RoadClass_MAX, ToProto(geo::RoadClass::kService)) << "a class without word";
}

TEST(RoadClassProto, UnspecifiedAndNewClassesAreNotKnown) {
  EXPECT_EQ(FromProto(common::v1::ROAD_CLASS_UNSPECIFIED), std::nullopt);
  EXPECT_EQ(FromProto(static_cast<common::v1::RoadClass>(8)), std::nullopt);
}

}  // namespace
}  // namespace citylayers::layers
