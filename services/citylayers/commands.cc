#include "services/citylayers/commands.h"

#include <CLI/CLI.hpp>

#include "services/citylayers/program.h"
#include "services/citypack/pack_command.h"

namespace citylayers::cli {

void AddAllCommands(CLI::App& app, Program& program) {
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  citylayers health\n"
      "  citylayers alerts list --filter 'severity >= SEVERE' --format json\n"
      "  citylayers replay saigon-king-tide --speed 60 --loop\n\n"
      "Every command has --help with examples. Exit codes: 0 done, 1 failed, 2 wrong command "
      "line.");
  AddReadingsCommands(app, program);
  AddLayersCommands(app, program);
  AddTrafficCommands(app, program);
  AddFloodCommands(app, program);
  AddAlertsCommands(app, program);
  AddReplayCommand(app, program);
  citypack::AddPackCommands(app);
  AddServerCommands(app, program);
}

}  // namespace citylayers::cli
