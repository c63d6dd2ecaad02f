// Other people's programs.
#ifndef CITYLAYERS_TESTS_BENCH_SHELL_H_
#define CITYLAYERS_TESTS_BENCH_SHELL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace citylayers::bench {

/// True when the shell finds the program.
bool HaveProgram(std::string_view name);

/// Runs a shell command and returns what it wrote to standard output. INTERNAL: it failed; with
/// the end of what it wrote to either stream.
absl::StatusOr<std::string> RunShell(const std::string& command);

}  // namespace citylayers::bench

#endif  // CITYLAYERS_TESTS_BENCH_SHELL_H_
