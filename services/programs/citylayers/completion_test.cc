#include "services/programs/citylayers/completion.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class CompletionTest : public ::testing::Test {
 protected:
  CompletionTest() {
    app_.add_option("--format", format_, "Output format: table or json")
        ->type_name("FORMAT")
        ->check(CLI::IsMember(std::vector<std::string>{"table", "json"}));
    CLI::App* keys = app_.add_subcommand("keys", "API keys: create, list");
    keys->fallthrough();
    CLI::App* create = keys->add_subcommand("create", "Create a key; it's printed");
    create->fallthrough();
    create->add_option("--key-file", file_, "New file for the key")->type_name("OUT");
    create->add_option("name", name_, "Name of the key");
    app_.add_subcommand("secret", "Not for the help")->group("");
  }

  static std::vector<std::string> NamesOf(const CompletionCommand& command) {
    std::vector<std::string> names;
    for (const CompletionOption& option : command.options) {
      names.insert(names.end(), option.names.begin(), option.names.end());
    }
    return names;
  }

  CLI::App app_{"A program", "citylayers"};
  std::string format_, file_, name_;
};

TEST_F(CompletionTest, TheTableHasEachCommandWithTheOptionsThatItAccepts) {
  const std::vector<CompletionCommand> table = CompletionTable(app_);
  ASSERT_EQ(table.size(), 3u) << "hidden commands are left out";
  EXPECT_EQ(table[0].path, "");
  ASSERT_EQ(table[0].subcommands.size(), 1u);
  EXPECT_EQ(table[0].subcommands[0].text, "keys");
  EXPECT_EQ(table[0].subcommands[0].help, "API keys");
  EXPECT_EQ(table[1].path, " keys");
  EXPECT_EQ(table[2].path, " keys create");
  EXPECT_THAT(NamesOf(table[2]), ElementsAre("--help", "-h", "--key-file", "--format"));
  EXPECT_TRUE(table[2].options[1].takes_path);
  EXPECT_FALSE(table[2].options[0].takes_value);
  EXPECT_THAT(table[2].options[2].choices, ElementsAre("table", "json"));
}

TEST_F(CompletionTest, TheScriptsQuoteTheTextsOfTheHelp) {
  const std::vector<CompletionCommand> table = {
      {.path = "",
       .subcommands = {{"keys", "It's a \\ key"}},
       .options = {{.names = {"--at"}, .help = "Time", .takes_value = true}}}};
  EXPECT_THAT(CompletionScript(Shell::kZsh, table), HasSubstr("'keys:It'\\''s a \\ key'"));
  EXPECT_THAT(CompletionScript(Shell::kFish, table), HasSubstr("-a keys -d 'It\\'s a \\\\ key'"));
  EXPECT_THAT(CompletionScript(Shell::kBash, table), HasSubstr("words='keys --at'"));
}

TEST_F(CompletionTest, EachShellHasItsOwnScript) {
  const std::vector<CompletionCommand> table = CompletionTable(app_);
  EXPECT_THAT(CompletionScript(Shell::kBash, table), HasSubstr("complete -F _citylayers"));
  EXPECT_THAT(CompletionScript(Shell::kZsh, table), HasSubstr("#compdef citylayers\n"));
  EXPECT_THAT(CompletionScript(Shell::kFish, table), HasSubstr("complete -c citylayers -f\n"));
  for (const Shell shell : {Shell::kBash, Shell::kZsh, Shell::kFish}) {
    EXPECT_THAT(CompletionScript(shell, table), HasSubstr("' keys create'"));
    EXPECT_THAT(CompletionScript(shell, table), Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace citylayers::cli
