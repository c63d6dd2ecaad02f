// `citylayers pack build` and `citylayers pack info`.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_PACK_COMMAND_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_PACK_COMMAND_H_

namespace CLI {  // NOLINT(readability-identifier-naming): that of the library
class App;
}

namespace citylayers::citypack {

/// Adds the subcommand `pack` with `build` and `info` to the program. Results go to stdout,
/// progress bars (on a terminal only), warnings and errors to stderr. A failed command
/// throws CLI::RuntimeError(1) from the app's parse, an invalid command line
/// CLI::ParseError like any option; `app.exit(error)` returns the exit code. SIGINT stops a
/// build and leaves no partial pack.
void AddPackCommands(CLI::App& app);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_PACK_COMMAND_H_
