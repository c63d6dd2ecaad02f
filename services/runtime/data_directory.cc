#include "services/runtime/data_directory.h"

#include <filesystem>
#include <system_error>

#include "base/strings.h"

namespace citylayers::runtime {

unsigned FileMask(const Config& config) {
  const std::string& access = config.GetString("server.data_access");
  return access == "owner" ? 0077 : access == "group" ? 0027 : 0022;
}

std::string DataPath(const Config& config, std::string_view module) {
  return (std::filesystem::path(config.GetString("server.data")) / module).string();
}

absl::StatusOr<std::string> OpenDataDirectory(const Config& config, std::string_view module) {
  const std::string path = DataPath(config, module);
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return absl::FailedPreconditionError(
        StrCat("--data: cannot make ", path, ": ", error.message()));
  }
  // Files of earlier versions were readable by every user; a closed directory protects them as
  // well.
  const auto closed = static_cast<std::filesystem::perms>(FileMask(config));
  std::filesystem::permissions(path, closed, std::filesystem::perm_options::remove, error);
  return path;
}

}  // namespace citylayers::runtime
