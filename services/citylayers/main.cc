// citylayers, the command line.
#include <CLI/CLI.hpp>

#include "services/citypack/pack_command.h"

int main(int argc, char** argv) {
  CLI::App app("Live map layers for a city", "citylayers");
  app.require_subcommand(1);
  citylayers::citypack::AddPackCommands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RuntimeError& error) {
    return error.get_exit_code();
  } catch (const CLI::ParseError& error) {
    // Exit codes: 0 help was asked for, 2 the command line is wrong.
    return app.exit(error) == 0 ? 0 : 2;
  }
  return 0;
}
