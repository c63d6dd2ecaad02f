#include "services/programs/citylayers/display_width.h"

#include <gtest/gtest.h>

namespace citylayers::cli {
namespace {

TEST(DisplayWidth, VietnameseIsOneColumnALetterComposedOrNot) {
  EXPECT_EQ(DisplayWidth("Phú An"), 6u);
  EXPECT_EQ(DisplayWidth("Nguyễn Thị Minh Khai"), 20u);
  EXPECT_EQ(DisplayWidth("Nguye\u0302\u0303n"), 6u) << "e, circumflex, tilde";
}

TEST(DisplayWidth, WideCharactersTakeTwo) {
  EXPECT_EQ(DisplayWidth("胡志明市"), 8u);
  EXPECT_EQ(DisplayWidth("🌊"), 2u);
}

TEST(DisplayWidth, ControlCharactersTakeNone) { EXPECT_EQ(DisplayWidth("a\tb\n"), 2u); }

TEST(DisplayWidth, BytesThatAreNotUtf8TakeOneEach) {
  EXPECT_EQ(DisplayWidth("\xFF\xFE"), 2u);
  EXPECT_EQ(DisplayWidth("a\xC3"), 2u) << "cut in the middle of a character";
  EXPECT_EQ(DisplayWidth("\xE1\xBB"
                         "x"),
            3u);
}

TEST(FitWidth, CutsBetweenCharactersAndSaysSo) {
  EXPECT_EQ(FitWidth("Nguyễn Huệ", 10), "Nguyễn Huệ");
  EXPECT_EQ(FitWidth("Nguyễn Huệ", 7), "Nguyễn…");
  EXPECT_EQ(FitWidth("胡志明市", 4), "胡…") << "a wide character does not fit in one column";
  EXPECT_EQ(FitWidth("abc", 0), "");
  for (std::size_t width = 0; width < 12; ++width) {
    EXPECT_LE(DisplayWidth(FitWidth("Đường số 38 ngập", width)), width);
  }
}

TEST(OneLine, NothingCanMoveTheCursor) { EXPECT_EQ(OneLine("a\nb\x1b[2Jc\x7f"), "a b [2Jc "); }

}  // namespace
}  // namespace citylayers::cli
