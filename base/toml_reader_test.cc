#include "base/toml_reader.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/toml_writer.h"

namespace citylayers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kText[] = R"(# a comment
name = "Lê \"Lợi\" \\ \u000A"  # another
count = -3
height = -0.86
open = true
tags = [
  "a",
  'b',
]
box = [1, 2.5e3]
none = []

[datum]
offset = 1

[[station]]
id = "a"
[[station.measure]]
kind = "x"
[[station]]
id = "b"
)";

TEST(TomlReader, ReadsEveryKindOfValue) {
  const auto toml = TomlReader::Parse(kText, "test");
  ASSERT_TRUE(toml.ok()) << toml.status();
  EXPECT_EQ(toml->String("name"), "Lê \"Lợi\" \\ \n");
  EXPECT_EQ(toml->Int("count"), -3);
  EXPECT_EQ(toml->Double("height"), -0.86);
  EXPECT_EQ(toml->Double("count"), -3);
  EXPECT_TRUE(toml->Bool("open"));
  EXPECT_THAT(toml->Strings("tags"), ElementsAre("a", "b"));
  EXPECT_THAT(toml->Doubles("box"), ElementsAre(1, 2500));
  EXPECT_TRUE(toml->Strings("none").empty());
  EXPECT_EQ(toml->Table("datum").Int("offset"), 1);
  const auto stations = toml->Tables("station");
  ASSERT_EQ(stations.size(), 2u);
  ASSERT_EQ(stations[0].Tables("measure").size(), 1u);
  EXPECT_EQ(stations[0].Tables("measure")[0].String("kind"), "x");
  EXPECT_EQ(stations[1].String("id"), "b");
  EXPECT_TRUE(toml->status().ok());
}

TEST(TomlReader, FirstWrongFieldIsTheError) {
  const auto toml = TomlReader::Parse(kText, "test");
  ASSERT_TRUE(toml.ok());
  EXPECT_EQ(toml->Int("name"), 0);
  EXPECT_EQ(toml->String("absent"), "");
  EXPECT_TRUE(absl::IsDataLoss(toml->status()));
  EXPECT_THAT(toml->status().message(), HasSubstr("`name` is not an integer"));
}

TEST(TomlReader, BadLinesAreNamed) {
  for (const char* line :
       {"x", "x =", "= 1", "x = \"a", "x = \"\\q\"", "x = 1 2", "[a", "[]", "[a.]", "[[a]",
        "x = [1 2]", "x = [", "x = 1\nx = 2", "x = --1", "\x01"}) {
    const auto toml = TomlReader::Parse(std::string("y = 1\n") + line, "test");
    EXPECT_TRUE(absl::IsDataLoss(toml.status())) << line;
    EXPECT_THAT(toml.status().message(), HasSubstr("test:"));
  }
}

TEST(TomlReader, WildBytesAreSafe) {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string text = kText;
    for (int k = 0; k < 4; ++k) text[random() % text.size()] = static_cast<char>(random());
    (void)TomlReader::Parse(text, "test");
  }
}

TEST(TomlText, NumbersReadBackExactly) {
  for (const double value : {0.1, 1.0, -0.86, 1e300, 106.70777777777778, -1e-9}) {
    const auto toml = TomlReader::Parse("x = " + TomlNumber(value), "test");
    ASSERT_TRUE(toml.ok());
    EXPECT_EQ(toml->Double("x"), value);
  }
  EXPECT_EQ(TomlNumber(3), "3.0");
}

}  // namespace
}  // namespace citylayers
