#include "services/runtime/root_user.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "base/strings.h"

namespace citylayers::runtime {

bool IsInContainer(const std::map<std::string, std::string>& environment, const std::string& root) {
  for (const char* variable : {"container", "KUBERNETES_SERVICE_HOST"}) {
    const auto found = environment.find(variable);
    if (found != environment.end() && !found->second.empty()) return true;
  }
  constexpr std::array kFiles = {"/run/systemd/container", "/run/.containerenv", "/.dockerenv"};
  return std::any_of(kFiles.begin(), kFiles.end(), [&root](const char* file) {
    std::error_code ignored;
    return std::filesystem::exists(StrCat(root, file), ignored);
  });
}

absl::Status CheckUser(bool is_root, bool is_in_container, bool allow_root) {
  if (!is_root || is_in_container || allow_root) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "refuses to run as root: a weakness of the server would then give away the machine. Run it "
      "as "
      "a separate user (citylayers.service of the Debian package does; by hand: sudo -u USER), "
      "or "
      "give --allow-root");
}

}  // namespace citylayers::runtime
