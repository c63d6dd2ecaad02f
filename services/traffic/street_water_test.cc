#include "services/traffic/street_water.h"

#include <string>

#include "gtest/gtest.h"

namespace citylayers::traffic {
namespace {

TEST(StreetWater, IsAwaitedUntilItIsSet) {
  StreetWater water(2, /*is_expected=*/true);
  EXPECT_TRUE(water.IsAwaited());
  EXPECT_FALSE(water.IsCurrent());
  water.Set({{.segment = 1, .depth_cm = 30}, {.segment = 7, .depth_cm = 9}}, true);
  EXPECT_FALSE(water.IsAwaited());
  EXPECT_TRUE(water.IsCurrent());
  EXPECT_EQ(water.depth_cm(0), 0);
  EXPECT_EQ(water.depth_cm(1), 30) << "segment 7 does not exist";
}

TEST(StreetWater, AChangeKeepsOtherSegmentsAndAReplacementDoesNot) {
  StreetWater water(2, true);
  water.Set({{0, 10}, {1, 20}}, true);
  water.Set({{1, 25}}, false);
  EXPECT_EQ(water.depth_cm(0), 10);
  water.Set({{1, 25}}, true);
  EXPECT_EQ(water.depth_cm(0), 0);
}

TEST(StreetWater, UnavailableDepthsAreKeptAndNotCurrent) {
  StreetWater water(1, true);
  water.Set({{0, 10}}, true);
  water.SetUnavailable();
  EXPECT_EQ(water.depth_cm(0), 10);
  EXPECT_FALSE(water.IsCurrent());
  EXPECT_FALSE(water.IsAwaited());
}

TEST(StreetWater, ACityWithoutAFloodLayerIsDryAndCurrent) {
  const StreetWater water(1, /*is_expected=*/false);
  EXPECT_FALSE(water.IsAwaited());
  EXPECT_TRUE(water.IsCurrent());
}

TEST(StreetWater, SavedDepthsAreKnownAndNotCurrent) {
  StreetWater water(2, true);
  water.Set({{1, 55}}, true);
  storage::CheckpointWriter writer;
  water.Save(&writer);
  const std::string bytes = writer.Take();
  storage::CheckpointReader reader(bytes);
  auto saved = StreetWater::Load(&reader, 2);
  ASSERT_TRUE(saved.has_value());
  StreetWater restored(2, true);
  restored.Restore(*std::move(saved));
  EXPECT_FALSE(restored.IsAwaited());
  EXPECT_FALSE(restored.IsCurrent());
  EXPECT_EQ(restored.depth_cm(1), 55);
  storage::CheckpointReader short_reader(bytes);
  EXPECT_FALSE(StreetWater::Load(&short_reader, 3).has_value());
}

}  // namespace
}  // namespace citylayers::traffic
