// `citylayers pack build` and `citylayers pack info`.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_PACK_COMMAND_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_PACK_COMMAND_H_

namespace CLI {  // NOLINT(readability-identifier-naming): that of the library
class App;
}

namespace citylayers::citypack {

/// Adds the subcommand `pack` with `build` and `info` to the program. Results go to stdout,
/// progress bars (on a terminal only), warnings and errors to stderr. A failed command throws
/// CLI::RuntimeError(1) out of the app's parse, a wrong command line CLI::ParseError as any option
/// does; `app.exit(error)` gives the exit code. SIGINT stops a build and leaves no half pack.
void AddPackCommands(CLI::App& app);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_PACK_COMMAND_H_
