#include "services/gateway/glyphs.h"

#include "gtest/gtest.h"

namespace citylayers::gateway {
namespace {

TEST(IsGlyphRange, IsOneOfTheBasicPlane) {
  for (const std::string_view good : {"0-255", "256-511", "7680-7935", "65280-65535"}) {
    EXPECT_TRUE(IsGlyphRange(good)) << good;
  }
  for (const std::string_view bad : {"", "0", "0-256", "1-256", "-256--1", "65536-65791", "00-255",
                                     "0-255x", " 0-255", "+0-255", "0 -255", "99999999999-1"}) {
    EXPECT_FALSE(IsGlyphRange(bad)) << bad;
  }
}

TEST(EmptyGlyphs, IsAStackWithItsNameAndRange) {
  EXPECT_EQ(EmptyGlyphs("Font", "0-255"),
            "\x0a\x0d\x0a\x04"
            "Font\x12\x05"
            "0-255");
  const std::string long_name(200, 'a');
  EXPECT_EQ(EmptyGlyphs(long_name, "0-255").size(), 3 + 3 + 200 + 2 + 5u);
}

}  // namespace
}  // namespace citylayers::gateway
