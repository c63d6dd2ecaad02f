#include "base/text.h"

#include <string>

#include <gtest/gtest.h>

namespace citylayers {
namespace {

using namespace std::string_literals;  // NOLINT: texts with zero bytes

TEST(Text, Utf8IsToldFromOtherBytes) {
  for (const char* good : {"", "Lê Lợi", "北京路", "\U0001F6F5", "\uFFFD"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
    EXPECT_EQ(RepairUtf8(good), good);
  }
  EXPECT_EQ(RepairUtf8("Ph\xF4 Ba"), "Ph\uFFFD Ba");
  EXPECT_EQ(RepairUtf8("a\xE1\xBB"), "a\uFFFD\uFFFD") << "cut in the middle of a letter";
  EXPECT_EQ(RepairUtf8("\xC0\xAF"), "\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(RepairUtf8("\xED\xA0\x80x"), "\uFFFD\uFFFD\uFFFDx") << "a surrogate";
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80")) << "above U+10FFFF";
}

TEST(Text, OneNameHasOneSpelling) {
  const std::string name = "Phạm Văn Đồng";
  EXPECT_EQ(CanonicalName(name), name);
  EXPECT_EQ(CanonicalName("Pha\u0323m Va\u0306n \u0110o\u0302\u0300ng"), name) << "decomposed";
  EXPECT_EQ(CanonicalName("Ph\u1EA1m V\u0103n \u00D0\u1ED3ng"), name) << "an eth";
  EXPECT_EQ(CanonicalName("  Phạm\u00A0Văn \t\u2003Đồng\r\n"), name);
  EXPECT_EQ(CanonicalName("\uFEFFPhạm V\u00ADăn\u200B Đ\u202Eồng\u2069"), name);
  EXPECT_EQ(CanonicalName("phạm văn \u00F0ồng"), "phạm văn đồng");
}

TEST(Text, EthInsideAWordIsIcelandic) {
  EXPECT_EQ(CanonicalName("Suðurlandsbraut"), "Suðurlandsbraut");
  EXPECT_EQ(CanonicalName("SUÐURLANDSBRAUT"), "SUÐURLANDSBRAUT");
  EXPECT_EQ(CanonicalName("Quốc lộ (\u00D0T 743)"), "Quốc lộ (ĐT 743)");
}

TEST(Text, WhatCannotBeSeenOrWrittenIsGone) {
  EXPECT_EQ(CanonicalName("Phố Hai \uFFFE"), "Phố Hai");
  EXPECT_EQ(CanonicalName("a\x01\x7F\u0080\uFDD0\U0001FFFFz"), "az");
  EXPECT_EQ(CanonicalName("a\0b"s), "ab");
  EXPECT_EQ(CanonicalName("Ph\xF4 Ba"), "Ph\uFFFD Ba");
  EXPECT_EQ(CanonicalName("\uFFFE \x01"), "");
  EXPECT_EQ(CanonicalName("क्‍ष"), "क्‍ष") << "a joiner is part of its script";
}

TEST(Text, TidyingTwiceChangesNothing) {
  for (const auto& raw : {"Ð\u0300a  \xFFx"s, "\u0300a"s, "a\u200B\u0301"s, "\u212B"s, "Ð Ð"s,
                          " \uFEFF Ð"s, "1Ð"s, "a\u0301\u0323"s}) {
    const std::string once = CanonicalName(raw);
    EXPECT_EQ(CanonicalName(once), once) << raw;
    EXPECT_TRUE(IsUtf8(once));
  }
}

TEST(Text, XmlHoldsWhatItMay) {
  EXPECT_EQ(XmlText("Lê Lợi\n\tđường\r"), "Lê Lợi\n\tđường\r");
  EXPECT_EQ(XmlText("Phố Hai \uFFFE\uFFFF\x0B\x1F."), "Phố Hai .");
  EXPECT_EQ(XmlText("a\0b"s), "ab");
  EXPECT_EQ(XmlText("\xF4"), "\uFFFD");
  EXPECT_EQ(XmlText("<&\"\x7F"), "<&\"\x7F");
}

}  // namespace
}  // namespace citylayers
