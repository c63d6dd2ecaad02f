#include "services/runtime/config/config.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "tests/support/temp_dir.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

std::vector<Option> Options() {
  return {{"server.http", OptionType::kString, "127.0.0.1:8080", "Address of the gateway."},
          {"grpc.unary_max", OptionType::kInt, "512", "Unary calls at once.", 1, 1000},
          {"grpc.share", OptionType::kDouble, "0.5", "A share."},
          {"grpc.on", OptionType::kBool, "true", "A switch."},
          {"layers.tick", OptionType::kDuration, "250ms", "Time between states.", 0.05, 60},
          {.key = "server.log",
           .type = OptionType::kString,
           .default_value = "info",
           .help = "Lowest level that is logged.",
           .choices = {"debug", "info", "warn", "error"},
           .is_live = true}};
}

std::string WriteFile(const std::string& text) {
  const std::string path = ::testing::TempDir() + "/config.toml";
  std::ofstream(path) << text;
  return path;
}

std::string ErrorOf(const Config::Inputs& inputs) {
  const auto config = Config::Load(Options(), inputs);
  EXPECT_FALSE(config.ok());
  return std::string(config.status().message());
}

TEST(Config, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  Config::Inputs inputs;
  inputs.file = WriteFile(
      "[server]\nhttp = \"f:1\"\n[grpc]\nunary_max = 7\nshare = 0.25\n[layers]\ntick = \"1s\"\n");
  inputs.environment = {{"CITYLAYERS_GRPC__UNARY_MAX", "8"},
                        {"CITYLAYERS_LAYERS__TICK", "2s"},
                        {"PATH", "/bin"},
                        {"CITYLAYERS_REAL_DATA", "/somewhere"}};
  inputs.flags = {{"layers.tick", "3s"}};
  const auto config = Config::Load(Options(), inputs);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->GetString("server.http"), "f:1");
  EXPECT_EQ(config->GetInt("grpc.unary_max"), 8);
  EXPECT_EQ(config->GetDouble("grpc.share"), 0.25);
  EXPECT_EQ(config->GetDuration("layers.tick"), absl::Seconds(3));
  EXPECT_TRUE(config->GetBool("grpc.on"));
}

TEST(Config, ACredentialIsTheFileOfAnOptionThatIsNotSet) {
  const test::TempDir directory;
  const std::vector<Option> options = {{.key = "security.key_file",
                                        .type = OptionType::kString,
                                        .default_value = "",
                                        .help = "A file.",
                                        .credential = "process.key"}};
  Config::Inputs inputs = {.credentials = directory.path()};
  EXPECT_EQ(Config::Load(options, inputs)->GetString("security.key_file"), "");
  std::ofstream(directory / "process.key") << "a key";
  const auto of_credential = Config::Load(options, inputs);
  EXPECT_EQ(of_credential->GetString("security.key_file"), directory / "process.key");
  EXPECT_TRUE(of_credential->IsCredential("security.key_file"));
  inputs.flags = {{"security.key_file", "/etc/own.key"}};
  const auto of_flag = Config::Load(options, inputs);
  EXPECT_EQ(of_flag->GetString("security.key_file"), "/etc/own.key");
  EXPECT_FALSE(of_flag->IsCredential("security.key_file"));
}

TEST(Config, AnUnknownKeyIsRefusedWithASuggestionAndItsPlace) {
  EXPECT_THAT(ErrorOf({.file = WriteFile("[grpc]\n\nunary_mx = 7\n")}),
              HasSubstr("did you mean \"grpc.unary_max\""));
  EXPECT_THAT(ErrorOf({.file = WriteFile("[grpc]\n\nunary_mx = 7\n")}), HasSubstr("config.toml:3"));
  EXPECT_THAT(ErrorOf({.flags = {{"server.htp", "x"}}}), HasSubstr("flag --server.htp"));
  EXPECT_THAT(ErrorOf({.environment = {{"CITYLAYERS_GRPC__NOPE", "1"}}}),
              HasSubstr("CITYLAYERS_GRPC__NOPE"));
}

TEST(Config, AValueOfTheWrongKindOrOutOfRangeIsRefused) {
  EXPECT_THAT(ErrorOf({.flags = {{"grpc.unary_max", "many"}}}), HasSubstr("not a whole number"));
  EXPECT_THAT(ErrorOf({.flags = {{"grpc.unary_max", "0"}}}), HasSubstr("not in 1 to 1000"));
  EXPECT_THAT(ErrorOf({.flags = {{"grpc.on", "perhaps"}}}), HasSubstr("not true or false"));
  EXPECT_THAT(ErrorOf({.flags = {{"layers.tick", "fast"}}}), HasSubstr("not a duration"));
  EXPECT_THAT(ErrorOf({.flags = {{"layers.tick", "1h"}}}), HasSubstr("not in 0.05 to 60"));
  EXPECT_THAT(ErrorOf({.flags = {{"grpc.share", "nan"}}}), HasSubstr("not a number"));
}

TEST(Config, AWordThatIsNoChoiceIsRefusedWithASuggestion) {
  EXPECT_THAT(ErrorOf({.flags = {{"server.log", "wran"}}}),
              HasSubstr("not one of debug, info, warn, error; did you mean \"warn\"?"));
  EXPECT_THAT(ErrorOf({.flags = {{"server.log", ""}}}), HasSubstr("not one of debug"));
  const auto config = Config::Load(Options(), {.flags = {{"server.log", "warn"}}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->ToToml(),
              HasSubstr("# Lowest level that is logged. One of debug, info, warn, "
                        "error. Changes live: SIGHUP.\nlog = \"warn\"\n"));
}

TEST(Config, BrokenAndMissingFilesAreToldApart) {
  EXPECT_EQ(Config::Load(Options(), {.file = "/no/such/file.toml"}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Config::Load(Options(), {.file = WriteFile("[grpc\n")}).status().code(),
            absl::StatusCode::kInvalidArgument);
  // toml++ would end the process with an assertion for these.
  for (const char* header : {"[\nhttp = 1\n", "[%]\n", " [[ \n"}) {
    EXPECT_THAT(ErrorOf({.file = WriteFile(StrCat("# a slip\n", header))}),
                HasSubstr("config.toml:2: \"[\" begins a [section]"));
  }
  EXPECT_TRUE(Config::Load(Options(), {.file = WriteFile("[ \"grpc\" ]\n [server]\n")}).ok());
  EXPECT_THAT(ErrorOf({.file = WriteFile("http = 1\n")}), HasSubstr("outside a [section]"));
}

TEST(Config, AChangeIsLiveOrNeedsARestart) {
  const auto now = Config::Load(Options(), {.flags = {{"grpc.unary_max", "7"}}});
  const auto next =
      Config::Load(Options(), {.flags = {{"server.log", "debug"}, {"layers.tick", "1s"}}});
  const ConfigChange change = now->ChangeTo(*next);
  EXPECT_THAT(change.live, testing::ElementsAre("server.log"));
  EXPECT_THAT(change.restart, testing::ElementsAre("grpc.unary_max", "layers.tick"));
  const Config merged = now->WithLiveOptionsOf(*next);
  EXPECT_EQ(merged.GetString("server.log"), "debug");
  EXPECT_EQ(merged.GetInt("grpc.unary_max"), 7);
  EXPECT_EQ(merged.GetDuration("layers.tick"), absl::Milliseconds(250));
  EXPECT_THAT(merged.ChangeTo(*next).live, testing::IsEmpty());
}

TEST(Config, TheTextMarksLiveOptions) {
  const std::string text = Config::Load(Options(), {})->ToToml();
  EXPECT_THAT(text, HasSubstr("error. Changes live: SIGHUP.\nlog = \"info\""));
  EXPECT_THAT(text, testing::Not(HasSubstr("gateway. Changes live")));
}

TEST(Config, PrintsItselfAsTomlThatReadsBack) {
  const auto first = Config::Load(
      Options(), {.flags = {{"server.http", "a \"quoted\" \\ name\nof two lines\t\x7f"},
                            {"grpc.share", "0.125"}}});
  ASSERT_TRUE(first.ok());
  const auto second = Config::Load(Options(), {.file = WriteFile(first->ToToml())});
  ASSERT_TRUE(second.ok()) << second.status() << "\n" << first->ToToml();
  EXPECT_EQ(second->ToToml(), first->ToToml());
  EXPECT_THAT(first->ToToml(), HasSubstr("# Unary calls at once.\nunary_max = 512\n"));
}

}  // namespace
}  // namespace citylayers::runtime
