// Completion of the command line in shells: scripts for bash, zsh and fish.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_COMPLETION_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_COMPLETION_H_

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): as the library has it
class App;
}

namespace citylayers::cli {

enum class Shell { kBash, kZsh, kFish };

/// A word that can be completed, with a line of explanation.
struct CompletionWord {
  std::string text;
  std::string help;
};

/// An option of a command.
struct CompletionOption {
  std::vector<std::string> names;  // "--format", "-h"
  std::string help;
  bool takes_value = false;
  bool takes_path = false;           // the value is the path of a file or directory
  std::vector<std::string> choices;  // all values; empty: any
};

/// A command or a group of commands.
struct CompletionCommand {
  std::string path;  // with a space before each word: " keys create"; the program itself: ""
  std::vector<CompletionWord> subcommands;
  std::vector<CompletionOption> options;  // with those of its groups, which it accepts as well
};

/// All commands of an app except hidden ones, the app first.
std::vector<CompletionCommand> CompletionTable(const CLI::App& app);

/// A script that completes the program "citylayers" in the shell.
std::string CompletionScript(Shell shell, const std::vector<CompletionCommand>& table);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_COMPLETION_H_
