// The commands of the program.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_COMMANDS_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_COMMANDS_H_

namespace CLI {  // NOLINT(readability-identifier-naming): as the library has it
class App;
}

namespace citylayers::cli {

class Program;

/// Runs the command on the command line. Returns the exit code: 0 done, 1 failed, 2 wrong command
/// line; errors are printed.
int RunCommandLine(int argc, const char* const* argv);

/// Adds all commands to the app. Both must outlive the parse.
void AddAllCommands(CLI::App& app, Program& program);

// One function per noun, in the file of that name.
void AddReadingsCommands(CLI::App& app, Program& program);
void AddReplayCommand(CLI::App& app, Program& program);
void AddLayersCommands(CLI::App& app, Program& program);
void AddStationsCommands(CLI::App& app, Program& program);
void AddTrafficCommands(CLI::App& app, Program& program);
void AddFloodCommands(CLI::App& app, Program& program);
void AddAlertsCommands(CLI::App& app, Program& program);
void AddKeysCommands(CLI::App& app, Program& program);
void AddBackupCommands(CLI::App& app, Program& program);
void AddConfigCommands(CLI::App& app, Program& program);
void AddDoctorCommand(CLI::App& app, Program& program);
void AddServerCommands(CLI::App& app, Program& program);  // health, clock
// Hidden: the completion of shells.
void AddCompletionCommand(CLI::App& app, Program& program);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_COMMANDS_H_
