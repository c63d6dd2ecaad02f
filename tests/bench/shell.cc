#include "tests/bench/shell.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"

#include "base/strings.h"

namespace citylayers::bench {

bool HaveProgram(std::string_view name) {
  return std::system(StrCat("command -v '", name, "' > /dev/null 2>&1").c_str()) == 0;
}

absl::StatusOr<std::string> RunShell(const std::string& command) {
  FILE* pipe = popen(StrCat("{ ", command, "; } 2>&1").c_str(), "re");
  if (pipe == nullptr) return absl::InternalError("cannot start a shell");
  std::string output;
  char buffer[4096];
  for (size_t size = 0; (size = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) {
    output.append(buffer, size);
  }
  if (pclose(pipe) == 0) return output;
  return absl::InternalError(StrCat(
      command, " failed: ", output.substr(output.size() - std::min<size_t>(output.size(), 600))));
}

}  // namespace citylayers::bench
