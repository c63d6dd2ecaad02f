#include "services/programs/citylayersd/command_line.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::citylayersd {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

absl::StatusOr<CommandLine> Parse(std::vector<const char*> words) {
  words.insert(words.begin(), "citylayersd");
  return ParseCommandLine(static_cast<int>(words.size()), words.data());
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

TEST(CommandLine, TheVersionIsTold) {
  EXPECT_EQ(Parse({"--version"})->action, Action::kVersion);
  EXPECT_EQ(Parse({"-V"})->action, Action::kVersion);
  EXPECT_THAT(VersionText(), testing::MatchesRegex("citylayersd [0-9]+\\.[0-9]+\\.[0-9]+\n"));
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
  EXPECT_EQ(Parse({"--pack=--odd"})->flags.at("server.pack"), "--odd");
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
