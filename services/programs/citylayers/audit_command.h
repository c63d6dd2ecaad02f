// Command `citylayers alerts verify-audit`.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_AUDIT_COMMAND_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_AUDIT_COMMAND_H_

namespace CLI {  // NOLINT(readability-identifier-naming): as the library has it
class App;
}

namespace citylayers::cli {

class Program;

/// Adds the command to the group `alerts`. Both must outlive the parse.
void AddVerifyAuditCommand(CLI::App& alerts, Program& program);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_AUDIT_COMMAND_H_
