// Command line parser of the daemon.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_COMMAND_LINE_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_COMMAND_LINE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "services/runtime/config/config.h"

namespace citylayers::citylayersd {

enum class Action { kRun, kHelp, kVersion, kCheckConfig, kPrintConfig };

struct CommandLine {
  Action action = Action::kRun;
  std::string config_file;
  std::map<std::string, std::string> flags;  // configuration key -> value
};

/// Reads `--flag value` and `--flag=value`. A flag is a short name (--pack) or a key of `options`
/// (--grpc.unary_max); the last of several values counts. INVALID_ARGUMENT: a word that is not a
/// flag, or a flag without its value. An unknown key is in `flags` with an empty value: Config
/// refuses it and suggests the nearest key.
absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv,
                                             const std::vector<runtime::Option>& options);

/// The text of --help, which lists the short names.
std::string HelpText();

}  // namespace citylayers::citylayersd

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERSD_COMMAND_LINE_H_
