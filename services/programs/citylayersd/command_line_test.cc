#include "services/programs/citylayersd/command_line.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::citylayersd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const std::vector<runtime::Option> kOptions = {
    {"server.pack", runtime::OptionType::kString, "", "Directory of the city pack."},
    {"server.allow_insecure", runtime::OptionType::kBool, "false", "Allow all addresses."},
    {"grpc.unary_max", runtime::OptionType::kInt, "512", "Unary calls at once."},
    {"traffic.x", runtime::OptionType::kInt, "0", "Any number."},
};

absl::StatusOr<CommandLine> Parse(std::vector<const char*> words) {
  words.insert(words.begin(), "citylayersd");
  return ParseCommandLine(static_cast<int>(words.size()), words.data(), kOptions);
}

TEST(CommandLine, ShortFlagsStandForConfigurationKeys) {
  const auto line = Parse({"--pack", "saigon.pack", "--http=127.0.0.1:0", "--allow-insecure",
                           "--grpc.unary_max", "7", "--config", "city.toml"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->action, Action::kRun);
  EXPECT_EQ(line->config_file, "city.toml");
  EXPECT_THAT(
      line->flags,
      UnorderedElementsAre(Pair("server.pack", "saigon.pack"), Pair("server.http", "127.0.0.1:0"),
                           Pair("server.allow_insecure", "true"), Pair("grpc.unary_max", "7")));
}

TEST(CommandLine, BackendsAreOneKeyEach) {
  const auto line = Parse({"--backends", "readings=127.0.0.1:1,traffic=127.0.0.1:2"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_THAT(line->flags, UnorderedElementsAre(Pair("backends.readings", "127.0.0.1:1"),
                                                Pair("backends.traffic", "127.0.0.1:2")));
}

TEST(CommandLine, AsksAndChecksAreActions) {
  EXPECT_EQ(Parse({"--help"})->action, Action::kHelp);
  EXPECT_EQ(Parse({"--print-config"})->action, Action::kPrintConfig);
  EXPECT_EQ(Parse({"--check-config", "--pack", "x"})->action, Action::kCheckConfig);
  EXPECT_THAT(HelpText(), HasSubstr("--allow-insecure"));
}

TEST(CommandLine, HelpAndVersionAreActions) {
  EXPECT_EQ(Parse({"--version"})->action, Action::kVersion);
  EXPECT_EQ(Parse({"-V"})->action, Action::kVersion);
  EXPECT_EQ(Parse({"--pack", "x", "-h"})->action, Action::kHelp);
}

TEST(CommandLine, TheHelpListsTheShortFlagsAndNotTheKeys) {
  for (const char* text : {"--target MODULES", "--pack DIR", "--backends NAME=ADDR,...",
                           "--config FILE", "-V,--version", "--print-config",
                           "Usage: citylayersd --pack DIR --data DIR", "--SECTION.KEY VALUE"}) {
    EXPECT_THAT(HelpText(), HasSubstr(text));
  }
  EXPECT_THAT(HelpText(), Not(HasSubstr("--server.pack")));
}

TEST(CommandLine, TheLastOfSeveralValuesCounts) {
  EXPECT_EQ(Parse({"--pack", "a", "--pack=b"})->flags.at("server.pack"), "b");
  // Under either name.
  EXPECT_EQ(Parse({"--pack", "a", "--server.pack", "b"})->flags.at("server.pack"), "b");
  EXPECT_EQ(Parse({"--server.pack", "b", "--pack", "a"})->flags.at("server.pack"), "a");
  EXPECT_EQ(Parse({"--print-config", "--check-config"})->action, Action::kCheckConfig);
  EXPECT_TRUE(Parse({"--allow-insecure", "--allow-insecure"}).ok());
  EXPECT_EQ(Parse({"--allow-root"})->flags.at("server.allow_root"), "true");
}

TEST(CommandLine, ASwitchTakesAValueOnlyAfterAnEqualsSign) {
  EXPECT_EQ(Parse({"--allow-insecure=false"})->flags.at("server.allow_insecure"), "false");
  EXPECT_THAT(std::string(Parse({"--allow-insecure", "false"}).status().message()),
              HasSubstr("\"false\" is not a flag"));
}

// An empty value on the command line overrides the configuration file.
TEST(CommandLine, AValueMayBeEmpty) {
  const auto line = Parse({"--pack=", "--grpc.unary_max=", "--traffic.x", "", "--http", "h:1"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_THAT(line->flags, UnorderedElementsAre(Pair("server.pack", ""), Pair("grpc.unary_max", ""),
                                                Pair("traffic.x", ""), Pair("server.http", "h:1")));
}

// Config knows the nearest key, so it writes the message.
TEST(CommandLine, AnUnknownKeyIsLeftToTheConfiguration) {
  for (const auto& words : std::vector<std::vector<const char*>>{
           {"--grpc.unary_mx", "7", "--pack", "x"}, {"--grpc.unary_mx=7"}, {"--grpc.unary_mx"}}) {
    const auto line = Parse(words);
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_EQ(line->flags.count("grpc.unary_mx"), 1U);
  }
}

TEST(CommandLine, APatternThatBecameSeveralNamesIsExplained) {
  const std::string message(
      Parse({"--pack", "a.pack/base.bin", "a.pack/cells.bin", "a.pack/roads.bin", "--data", "d"})
          .status()
          .message());
  EXPECT_THAT(message, HasSubstr("--pack takes one value, \"a.pack/base.bin\""));
  EXPECT_THAT(message, HasSubstr("\"a.pack/cells.bin\" comes after it"));
  EXPECT_THAT(message, HasSubstr("quotes"));
}

TEST(CommandLine, AFlagIsNotTakenForAValue) {
  EXPECT_THAT(std::string(Parse({"--pack", "--data", "d"}).status().message()),
              HasSubstr("--pack needs a value"));
  EXPECT_THAT(std::string(Parse({"--grpc.unary_max", "--pack", "d"}).status().message()),
              HasSubstr("--grpc.unary_max needs a value"));
  EXPECT_EQ(Parse({"--pack=--odd"})->flags.at("server.pack"), "--odd");
  EXPECT_EQ(Parse({"--pack", "-odd"})->flags.at("server.pack"), "-odd");
  EXPECT_EQ(Parse({"--traffic.x", "-1"})->flags.at("traffic.x"), "-1");
}

TEST(CommandLine, WordsThatAreNoFlagsAreRefused) {
  EXPECT_THAT(std::string(Parse({"serve"}).status().message()),
              HasSubstr("\"serve\" is not a flag"));
  EXPECT_THAT(std::string(Parse({"--pack"}).status().message()), HasSubstr("--pack needs a value"));
  EXPECT_FALSE(Parse({"-p", "x"}).ok());
  EXPECT_FALSE(Parse({"--"}).ok());
}

}  // namespace
}  // namespace citylayers::citylayersd
