#include "geo/roads/road_class.h"

#include <gtest/gtest.h>

namespace citylayers::geo {
namespace {

TEST(RoadClassWords, EachClassHasItsOwn) {
  EXPECT_EQ(kRoadClassWords[static_cast<int>(RoadClass::kTertiary)], "tertiary");
  for (std::size_t i = 0; i < kRoadClassWords.size(); ++i) {
    EXPECT_EQ(ParseRoadClass(kRoadClassWords[i]), static_cast<RoadClass>(i));
  }
}

TEST(RoadClassWords, OtherWordsAreNoClass) {
  for (const char* word : {"", "tertairy", "Primary", "primary_link", "residential"}) {
    EXPECT_EQ(ParseRoadClass(word), std::nullopt) << word;
  }
}

}  // namespace
}  // namespace citylayers::geo
