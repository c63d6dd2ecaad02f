// All commands of the program.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_COMMANDS_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_COMMANDS_H_

namespace CLI {  // NOLINT(readability-identifier-naming): as the library has it
class App;
}

namespace citylayers::cli {

class Program;

/// Runs the command that the command line names. The exit code: 0 done, 1 failed, 2 the command
/// line is wrong; errors are printed.
int RunCommandLine(int argc, const char* const* argv);

/// Adds every command to the app. Both outlive the parse.
void AddAllCommands(CLI::App& app, Program& program);

// One noun each, in the file of its name.
void AddReadingsCommands(CLI::App& app, Program& program);
void AddReplayCommand(CLI::App& app, Program& program);
void AddLayersCommands(CLI::App& app, Program& program);
void AddStationsCommands(CLI::App& app, Program& program);
void AddTrafficCommands(CLI::App& app, Program& program);
void AddFloodCommands(CLI::App& app, Program& program);
void AddAlertsCommands(CLI::App& app, Program& program);
void AddServerCommands(CLI::App& app, Program& program);  // health, clock

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_COMMANDS_H_
