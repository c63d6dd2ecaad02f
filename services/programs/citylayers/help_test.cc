// Tests of the help texts: every command has a description and examples.
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

void Collect(const CLI::App& app, const std::string& path, std::vector<std::string>* leaves,
             std::vector<const CLI::App*>* apps) {
  const auto children = app.get_subcommands([](const CLI::App*) { return true; });
  if (children.empty()) {
    leaves->push_back(path);
    apps->push_back(&app);
  }
  for (const CLI::App* child : children)
    Collect(*child, path + " " + child->get_name(), leaves, apps);
}

class HelpTest : public testing::Test {
 protected:
  HelpTest() : app_("test", "citylayers"), program_(app_) {
    AddAllCommands(app_, program_);
    Collect(app_, "citylayers", &names_, &commands_);
  }

  CLI::App app_;
  Program program_;
  std::vector<std::string> names_;
  std::vector<const CLI::App*> commands_;
};

TEST_F(HelpTest, AllCommandsAreThere) {
  for (const char* name :
       {"readings write", "readings latest",     "readings query",    "readings watch",
        "replay",         "stations list",       "stations get",      "layers list",
        "layers tile",    "layers watch",        "traffic jams",      "traffic segment",
        "flood depth",    "flood stages",        "alerts list",       "alerts get",
        "alerts watch",   "alerts ack",          "alerts resolve",    "alerts cap",
        "alerts events",  "pack build",          "pack info",         "health",
        "clock",          "alerts verify-audit", "readings rejected", "keys create",
        "keys list",      "keys rotate",         "keys revoke",       "keys init",
        "backup create",  "backup list",         "backup verify",     "backup restore",
        "doctor",         "config list",         "config current",    "config set",
        "config use",     "config delete"}) {
    EXPECT_THAT(names_, Contains("citylayers " + std::string(name)));
  }
}

TEST_F(HelpTest, EachHasADescriptionAndExamplesOfItself) {
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    EXPECT_FALSE(commands_[i]->get_description().empty()) << names_[i];
    EXPECT_THAT(commands_[i]->get_footer(), HasSubstr("Example")) << names_[i];
    EXPECT_THAT(commands_[i]->get_footer(), HasSubstr(names_[i])) << names_[i];
  }
}

TEST_F(HelpTest, EachOptionIsExplained) {
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    for (const CLI::Option* option : commands_[i]->get_options()) {
      EXPECT_FALSE(option->get_description().empty()) << names_[i] << " " << option->get_name();
    }
  }
}

// Both `citylayers alerts list --format json` and `citylayers --format json alerts list`.
TEST_F(HelpTest, GlobalOptionsWorkAfterTheCommandToo) {
  for (const CLI::App* command : commands_) {
    if (command->get_parent()->get_name() == "pack") continue;
    EXPECT_TRUE(command->get_fallthrough()) << command->get_name();
  }
}

}  // namespace
}  // namespace citylayers::cli
