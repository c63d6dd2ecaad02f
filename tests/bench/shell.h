// Runs other programs through the shell.
#ifndef CITYLAYERS_TESTS_BENCH_SHELL_H_
#define CITYLAYERS_TESTS_BENCH_SHELL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace citylayers::bench {

/// True when the shell finds the program.
bool HaveProgram(std::string_view name);

/// Runs a shell command and returns its standard output. INTERNAL: it failed; the message has the
/// end of its output.
absl::StatusOr<std::string> RunShell(const std::string& command);

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_SHELL_H_
