// Command line parser of the daemon.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_COMMAND_LINE_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_COMMAND_LINE_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace citylayers::citylayersd {

enum class Action { kRun, kHelp, kVersion, kCheckConfig, kPrintConfig };

struct CommandLine {
  Action action = Action::kRun;
  std::string config_file;
  std::map<std::string, std::string> flags;  // configuration key -> value
};

/// Reads `--flag value` and `--flag=value`. A flag is a short name (--pack) or any configuration
/// key (--grpc.unary_max). INVALID_ARGUMENT: a word that is not a flag, or a flag without its
/// value. Config checks whether a key exists.
absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv);

std::string HelpText();
/// "citylayersd 0.1.0".
std::string VersionText();

}  // namespace citylayers::citylayersd

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_COMMAND_LINE_H_
