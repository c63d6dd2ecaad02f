#include "services/programs/citylayers/context_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_dir.h"

namespace citylayers::cli {
namespace {

using ::testing::HasSubstr;

ContextFile Example() {
  return {.current = "hcmc",
          .contexts = {{"hcmc", {"city.example:443", "/keys/lan.key", "/ca.pem", "json"}},
                       {"test_1", {.server = "127.0.0.1:50051"}}}};
}

std::string ErrorOf(const std::string& text) {
  const auto file = ParseContexts(text, "config.toml");
  EXPECT_FALSE(file.ok()) << text;
  return std::string(file.status().message());
}

TEST(ContextPath, FollowsTheDesktopStandard) {
  EXPECT_EQ(ContextPath("", "/home/lan"), "/home/lan/.config/citylayers/config.toml");
  EXPECT_EQ(ContextPath("/cfg", "/home/lan"), "/cfg/citylayers/config.toml");
  EXPECT_EQ(ContextPath("", ""), "");
}

TEST(ContextFile, IsReadAsItWasWritten) {
  const auto again = ParseContexts(FormatContexts(Example()), "config.toml");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, Example());
  EXPECT_EQ(*ParseContexts(FormatContexts({}), "config.toml"), ContextFile());
}

TEST(ContextFile, AMissingContextNamesTheOthers) {
  EXPECT_EQ(Example().Find("hcmc")->server, "city.example:443");
  EXPECT_THAT(std::string(Example().Find("hanoi").status().message()),
              HasSubstr("there are hcmc, test_1"));
  EXPECT_THAT(std::string(ContextFile().Find("hanoi").status().message()),
              HasSubstr("config set NAME"));
}

TEST(ContextFile, ErrorsNameTheLine) {
  EXPECT_THAT(ErrorOf("current = 3\n"), HasSubstr("config.toml:1: current must be a text"));
  EXPECT_THAT(ErrorOf("\nserver = \"x\"\n"), HasSubstr("config.toml:2: unknown key \"server\""));
  EXPECT_THAT(ErrorOf("[contexts.a]\nport = \"1\"\n"), HasSubstr("config.toml:2: unknown key"));
  EXPECT_THAT(ErrorOf("[contexts." + std::string(65, 'a') + "]\n"),
              HasSubstr("is not the name of a context"));
  EXPECT_THAT(ErrorOf("current = \"a\"\n"), HasSubstr("is not one of its contexts"));
  EXPECT_THAT(ErrorOf("contexts = 1\n"), HasSubstr("must be tables"));
  EXPECT_THAT(ErrorOf("= ="), HasSubstr("config.toml:1"));
}

TEST(ContextFile, AKeyIsRefusedAndNotRepeated) {
  const std::string error =
      ErrorOf("[contexts.a]\nkey_file = \"clk_abcdefghijkl_0123456789abcdefghijklmnopqrstuv\"\n");
  EXPECT_THAT(error, HasSubstr("is an API key"));
  EXPECT_THAT(error, testing::Not(HasSubstr("0123456789")));
}

TEST(LoadContexts, AMissingFileHasNone) {
  const test::TempDir dir;
  EXPECT_EQ(*LoadContexts(dir / "config.toml"), ContextFile());
  EXPECT_EQ(*LoadContexts(""), ContextFile());
}

TEST(SaveContexts, TheFileIsForItsOwner) {
  const test::TempDir dir;
  const std::string path = dir / "config/citylayers/config.toml";
  ASSERT_TRUE(SaveContexts(path, Example()).ok());
  EXPECT_EQ(*LoadContexts(path), Example());
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  ASSERT_EQ(::stat((dir / "config/citylayers").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700u);
}

TEST(LoadContexts, AFileThatOthersCanChangeIsRefused) {
  const test::TempDir dir;
  const std::string path = dir / "config.toml";
  std::ofstream(path) << "";
  ASSERT_EQ(::chmod(path.c_str(), 0620), 0);
  const absl::Status status = LoadContexts(path).status();
  EXPECT_TRUE(absl::IsPermissionDenied(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 600"));
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_TRUE(LoadContexts(path).ok()) << "it has no secret";
}

}  // namespace
}  // namespace citylayers::cli
