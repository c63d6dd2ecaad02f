// Command `citylayers completion`, which is not in the help: packages install its output.
#include <map>
#include <memory>
#include <string>

#include "services/programs/citylayers/commands.h"
#include "services/programs/citylayers/completion.h"
#include "services/programs/citylayers/program.h"

namespace citylayers::cli {

void AddCompletionCommand(CLI::App& app, Program& program) {
  CLI::App* command = program.Add(app, "completion", "Print the completion script for a shell",
                                  "  source <(citylayers completion bash)\n"
                                  "  citylayers completion fish | source");
  command->group("");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->required();
  program.OnRunOffline(command, [&app, &program, shell] {
    const std::map<std::string, Shell> shells = {
        {"bash", Shell::kBash}, {"zsh", Shell::kZsh}, {"fish", Shell::kFish}};
    program.Print(CompletionScript(shells.at(*shell), CompletionTable(app)));
    return absl::OkStatus();
  });
}

}  // namespace citylayers::cli
