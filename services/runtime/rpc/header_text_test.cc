#include "services/runtime/rpc/header_text.h"

#include "gtest/gtest.h"

namespace citylayers::runtime {
namespace {

TEST(HeaderText, ShortTextStays) {
  EXPECT_EQ(FitHeader("there is no layer \"x\"", 100), "there is no layer \"x\"");
  EXPECT_EQ(FitHeader("", 3), "");
}

TEST(HeaderText, LongTextIsCutAndSaysSo) {
  EXPECT_EQ(FitHeader("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(FitHeader("abcdefghijk", 10), "abcdefg...");
}

TEST(HeaderText, IsCutBetweenCharactersByItsEncodedSize) {
  // "ệ" has three bytes, nine in a header.
  EXPECT_EQ(EncodedSize("ệ"), 9u);
  EXPECT_EQ(FitHeader("ệệệ", 27), "ệệệ");
  EXPECT_EQ(FitHeader("ệệệệ", 29), "ệệ...");
  EXPECT_EQ(FitHeader("ệệệệ", 30), "ệệệ...");
}

TEST(HeaderText, WhatIsNotUtf8IsReplaced) {
  EXPECT_EQ(FitHeader("a\xff z", 100), "a? z");
  EXPECT_EQ(FitHeader("\xe1\xbb", 100), "??") << "cut short";
  EXPECT_EQ(FitHeader("\xc0\x80", 100), "??") << "overlong";
  EXPECT_EQ(FitHeader("\xed\xa0\x80", 100), "???") << "a surrogate";
  EXPECT_EQ(FitHeader("\xf4\x90\x80\x80", 100), "????") << "over U+10FFFF";
}

}  // namespace
}  // namespace citylayers::runtime
