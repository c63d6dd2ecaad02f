// citylayers, the command line. `citylayers --help` says what it can do.
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "services/citylayers/commands.h"
#include "services/citylayers/program.h"

int main(int argc, char** argv) {
  CLI::App app("Live map layers for a city", "citylayers");
  citylayers::cli::Program program(app);
  citylayers::cli::AddAllCommands(app, program);
  // Exit codes: 0 done, 1 failed, 2 the command line is wrong.
  try {
    app.parse(argc, argv);
  } catch (const CLI::RuntimeError& error) {
    return error.get_exit_code();
  } catch (const CLI::RequiredError& error) {
    // CLI11 says "A subcommand is required" to a mistyped one; name the word instead.
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
