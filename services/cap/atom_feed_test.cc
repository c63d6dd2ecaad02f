#include "services/cap/atom_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pugixml.hpp"

namespace citylayers::cap {
namespace {

constexpr absl::Time kTime = absl::FromUnixSeconds(1'762'425'000);

TEST(AtomFeedTest, EveryEntryLinksItsMessage) {
  const std::string xml = BuildAtomFeed(
      {{"0011aabb-2", "Mực nước <III> & ngập", "Water & more", "Update", kTime + absl::Minutes(5)},
       {"0011aabb-1", "Mực nước", "Water", "Alert", kTime}},
      "http://127.0.0.1:8080", kTime + absl::Hours(9));
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(xml.c_str())) << xml;
  const pugi::xml_node feed = document.child("feed");
  EXPECT_STREQ(feed.attribute("xmlns").value(), "http://www.w3.org/2005/Atom");
  EXPECT_STREQ(feed.child("updated").child_value(), "2025-11-06T17:35:00+07:00");
  std::vector<std::string> links;
  for (const pugi::xml_node entry : feed.children("entry")) {
    // RFC 4287 requires id, title and updated in each entry.
    EXPECT_TRUE(entry.child("id") && entry.child("title") && entry.child("updated"));
    links.emplace_back(entry.child("link").attribute("href").value());
  }
  EXPECT_THAT(links, testing::ElementsAre("http://127.0.0.1:8080/cap/0011aabb-2.xml",
                                          "http://127.0.0.1:8080/cap/0011aabb-1.xml"));
  EXPECT_STREQ(feed.child("entry").child("title").child_value(), "Mực nước <III> & ngập");
  EXPECT_STREQ(feed.child("entry").child("category").attribute("term").value(), "Actual");
}

TEST(AtomFeedTest, AnExerciseSaysSoInTitleSummaryAndCategory) {
  const std::string xml = BuildAtomFeed(
      {{"0011aabb-2", "Mực nước", "Water", "Update", kTime, /*exercise=*/true}}, "", kTime);
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(xml.c_str())) << xml;
  const pugi::xml_node feed = document.child("feed");
  EXPECT_STREQ(feed.child("title").child_value(),
               "[DIỄN TẬP] [EXERCISE] Cảnh báo kẹt xe và ngập – Traffic and flood alerts");
  const pugi::xml_node entry = feed.child("entry");
  EXPECT_STREQ(entry.child("title").child_value(), "[DIỄN TẬP] [EXERCISE] Mực nước");
  EXPECT_STREQ(entry.child("summary").child_value(), "[EXERCISE] Update: Water");
  EXPECT_STREQ(entry.child("category").attribute("term").value(), "Exercise");
}

TEST(AtomFeedTest, WhatXmlCannotHoldTakesNothingElseWithIt) {
  const std::string xml = BuildAtomFeed(
      {{"0011aabb-2", "Phố Hai \uFFFE\x01 ngập", "Pho Hai \xF4", "Alert", kTime}}, "", kTime);
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(xml.c_str())) << xml;
  const pugi::xml_node entry = document.child("feed").child("entry");
  EXPECT_STREQ(entry.child("title").child_value(), "Phố Hai  ngập");
  EXPECT_STREQ(entry.child("summary").child_value(), "Alert: Pho Hai \uFFFD");
}

TEST(AtomFeedTest, AQuietCityHasAnEmptyFeedWithADate) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(BuildAtomFeed({}, "", kTime).c_str()));
  EXPECT_STREQ(document.child("feed").child("updated").child_value(), "2025-11-06T17:30:00+07:00");
  EXPECT_FALSE(document.child("feed").child("entry"));
}

}  // namespace
}  // namespace citylayers::cap
