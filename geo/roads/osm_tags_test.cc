#include "geo/roads/osm_tags.h"

#include <map>
#include <string>
#include <string_view>

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
}

TEST(OsmTags, ABridgeIsWhereWaterPassesUnder) {
  for (const char* bridge : {"yes", "viaduct", "cantilever", "1"}) {
    EXPECT_TRUE(ParseBridge(bridge)) << bridge;
  }
  for (const char* none : {"", "no", "low_water_crossing"}) EXPECT_FALSE(ParseBridge(none)) << none;
}

TEST(OsmTags, ATunnelIsBelowTheGround) {
  for (const char* tunnel : {"yes", "underpass", "1"}) EXPECT_TRUE(ParseTunnel(tunnel)) << tunnel;
  for (const char* none :
       {"", "no", "building_passage", "avalanche_protector", "covered", "culvert"}) {
    EXPECT_FALSE(ParseTunnel(none)) << none;
  }
}

bool IsClosed(const std::map<std::string, std::string>& tags) {
  return IsClosedToVehicles([&](const char* key) {
    const auto it = tags.find(key);
    return it == tags.end() ? std::string_view() : std::string_view(it->second);
  });
}

TEST(OsmTags, TheMostSpecificAccessCounts) {
  EXPECT_TRUE(IsClosed({{"access", "no"}}));
  EXPECT_TRUE(IsClosed({{"vehicle", "no"}}));
  EXPECT_TRUE(IsClosed({{"motor_vehicle", "no"}}));
  EXPECT_TRUE(IsClosed({{"motorcar", "no"}, {"motorcycle", "no"}}));
  EXPECT_TRUE(IsClosed({{"access", "no"}, {"foot", "yes"}, {"bicycle", "yes"}, {"bus", "no"}}));
  EXPECT_TRUE(IsClosed({{"access", "yes"}, {"motor_vehicle", "no"}, {"emergency", "yes"}}));
  EXPECT_FALSE(IsClosed({}));
  EXPECT_FALSE(IsClosed({{"access", "no"}, {"motor_vehicle", "yes"}}));
  EXPECT_FALSE(IsClosed({{"motor_vehicle", "no"}, {"motorcycle", "designated"}}));
  EXPECT_FALSE(IsClosed({{"motorcycle", "no"}}));
  EXPECT_FALSE(IsClosed({{"access", "no"}, {"psv", "yes"}}));
  for (const char* value : {"private", "destination", "permit", "customers", "unknown"}) {
    EXPECT_FALSE(IsClosed({{"access", value}})) << value;
  }
}

TEST(OsmTags, WhatIsOutOfUseIsClosed) {
  for (const char* key : {"disused", "abandoned", "demolished", "razed", "removed", "dismantled",
                          "destroyed", "proposed", "planned", "impassable"}) {
    EXPECT_TRUE(IsClosed({{key, "yes"}})) << key;
    EXPECT_FALSE(IsClosed({{key, "no"}})) << key;
  }
  EXPECT_FALSE(IsClosed({{"construction", "minor"}}));
}

}  // namespace
}  // namespace citylayers::geo
