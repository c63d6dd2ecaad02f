#include "services/programs/citylayers/commands.h"

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/build_info.h"
#include "services/programs/citylayers/program.h"
#include "services/tools/citypack/pack_command.h"

namespace citylayers::cli {

void AddAllCommands(CLI::App& app, Program& program) {
  app.require_subcommand(1);
  app.set_version_flag("--version", VersionText("citylayers", GetBuildInfo()),
                       "Print version, commit and build type, and exit");
  app.footer(
      "Examples:\n"
      "  citylayers health\n"
      "  citylayers alerts list --filter 'severity >= SEVERE' --format json\n"
      "  citylayers replay saigon-king-tide --speed 60 --loop\n\n"
      "Every command has --help with examples. Exit codes: 0 done, 1 failed, 2 wrong command "
      "line.");
  AddReadingsCommands(app, program);
  AddStationsCommands(app, program);
  AddLayersCommands(app, program);
  AddTrafficCommands(app, program);
  AddFloodCommands(app, program);
  AddAlertsCommands(app, program);
  AddReplayCommand(app, program);
  citypack::AddPackCommands(app);
  AddKeysCommands(app, program);
  AddBackupCommands(app, program);
  AddDoctorCommand(app, program);
  AddConfigCommands(app, program);
  AddServerCommands(app, program);
  AddCompletionCommand(app, program);
}

int RunCommandLine(int argc, const char* const* argv) {
  CLI::App app("Live map layers for a city", "citylayers");
  Program program(app);
  AddAllCommands(app, program);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RuntimeError& error) {
    return error.get_exit_code();
  } catch (const CLI::RequiredError& error) {
    // CLI11 reports "A subcommand is required" for a mistyped one; name the word instead.
    if (const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
        !unknown.empty()) {
      program.Say("there is no command or option \"" + unknown.front() + "\"; see --help");
      return 2;
    }
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return 0;
}

}  // namespace citylayers::cli
