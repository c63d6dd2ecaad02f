#include "base/toml_text.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers {
namespace {

using ::testing::HasSubstr;

std::string Message(std::string_view text) {
  return std::string(CheckTomlText(text, "city.toml").message());
}

TEST(TomlText, LettersOfAllLanguagesMayStandInQuotesAndComments) {
  for (const char* text :
       {"", "a = 1\n", "# Đường số 1\na = 1 # đ\n", "a = \"Lê Lợi\"\n", "a = 'Lê Lợi'\n",
        "\"đ\" = 1\n", "a = \"\"\"\nLê\n\"Lợi\"\n\"\"\"\n", "a = '''\nLê 'Lợi'\n'''\n",
        "a = \"\\\"đ\"\n", "a = \"\\\\\" # đ\n",
        // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): \xBFa would be one byte.
        "\xEF\xBB\xBF"
        "a = 1\n",
        "a = 'b\\' # đ\n"}) {
    EXPECT_EQ(Message(text), "") << text;
  }
}

TEST(TomlText, OutsideOfThemTheyAreRefusedWithTheirLine) {
  for (const char* text :
       {"đ = 1\n", "a = đ\n", "a = 1 đ\n", "[đ]\n", "[a.đ]\n", "a = \"x\"đ\n", "a = ''đ''\n",
        "a = [1, đ]\n",
        // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): \xA0b would be one byte.
        "a = 1\n\xC2\xA0"
        "b = 2\n",
        "a = \"\"\"x\"\"\"đ\n", "a = \"x\nđ\"\n", "\xFF", "a = 1 \xF0\x9F\x98\x80\n",
        "a = \"x\\\nđ\"\n", "a = \"\"\"x\"\"\"\" đ\n", "# x\rđ",
        "# x\xE2\x80\xA8"
        "đ"}) {
    EXPECT_THAT(Message(text), HasSubstr("not ASCII")) << text;
  }
  EXPECT_THAT(Message("a = 1\n\nb = đ\n"), HasSubstr("city.toml:3: "));
}

TEST(TomlText, DatesTimesAndAddressesNeedQuotes) {
  for (const char* text : {"a = 1979-05-27\n", "a = 07:32:00\n", "a = [1, 1979-05-27T\"7\"]\n",
                           "a = 127.0.0.1:8080\n", "a = {b = 1979-05-27T07:32:00Z}\n"}) {
    EXPECT_THAT(Message(text), HasSubstr("need quotes")) << text;
  }
  for (const char* text : {"a = 1e-5\n", "a = -1\n", "a-1-b = [-1, 2e-3]\n", "1-2 = 3\n",
                           "a = \"1979-05-27 07:32\" # 1979-05-27\n", "a = {b-1-c = 1}\n"}) {
    EXPECT_EQ(Message(text), "") << text;
  }
}

// Quadratic time would take hours.
TEST(TomlText, ALongWordTakesLinearTime) {
  std::string word = "a = x";
  for (int i = 0; i < 500'000; ++i) word += "1-";
  EXPECT_EQ(Message(word + "\n"), "");
}

TEST(TomlText, BracketsMatch) {
  for (const char* text : {"a = [}]\n", "a = [1,}\n", "a = [[],}\n", "a = {b = 1]\n", "a = 1]\n"}) {
    EXPECT_THAT(Message(text), HasSubstr("closes nothing that is open")) << text;
  }
  EXPECT_THAT(Message("a = [\n1,\n}\n"), HasSubstr("city.toml:3: "));
  for (const char* text :
       {"a = [1, {b = [2]}]\n", "a = [ # }\n \"}\", '}', 1]\n", "[a]\n[[b]]\n"}) {
    EXPECT_EQ(Message(text), "") << text;
  }
}

TEST(TomlText, ASectionHasAName) {
  EXPECT_THAT(Message("[\n"), HasSubstr("no name follows"));
  EXPECT_THAT(Message("a = 1\n  [[ =\n"), HasSubstr("city.toml:2"));
  EXPECT_EQ(Message("[server]\n[ 'x' ]\n[[a]]\n"), "");
}

}  // namespace
}  // namespace citylayers
