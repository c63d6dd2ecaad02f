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

TEST(RoadClassWords, AStoredNumberPastTheLastIsTheLast) {
  EXPECT_EQ(RoadClassOf(2), RoadClass::kPrimary);
  EXPECT_EQ(RoadClassOf(200), RoadClass::kService);
  EXPECT_EQ(RoadClassWord(static_cast<RoadClass>(200)), "service");
}

TEST(RoadClassMinZoom, LessImportantRoadsAppearLater) {
  for (std::size_t i = 1; i < kRoadClassWords.size(); ++i) {
    EXPECT_LE(RoadClassMinZoom(static_cast<RoadClass>(i - 1)),
              RoadClassMinZoom(static_cast<RoadClass>(i)));
  }
  EXPECT_EQ(RoadClassMinZoom(RoadClass::kPrimary), 8);
  EXPECT_EQ(RoadClassMinZoom(RoadClass::kSecondary), 12);
  EXPECT_EQ(RoadClassMinZoom(RoadClass::kTertiary), 13);
  EXPECT_EQ(RoadClassMinZoom(RoadClass::kService), 14);
}

TEST(RoadClassWords, OtherWordsAreNoClass) {
  for (const char* word : {"", "tertairy", "Primary", "primary_link", "residential"}) {
    EXPECT_EQ(ParseRoadClass(word), std::nullopt) << word;
  }
}

}  // namespace
}  // namespace citylayers::geo
