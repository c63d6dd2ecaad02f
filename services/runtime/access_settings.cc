#include "services/runtime/access_settings.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include <sys/stat.h>

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::runtime {
namespace {

constexpr std::string_view kAnonymous = "security.anonymous";
constexpr std::string_view kProcessKeyFile = "security.process_key_file";

absl::StatusOr<access::ScopeSet> ReadScopes(const std::string& text) {
  std::vector<access::Scope> scopes;
  for (const absl::string_view item :
       absl::StrSplit(text, absl::ByAnyChar(", "), absl::SkipEmpty())) {
    absl::StatusOr<access::Scope> scope = access::ParseScope(ToStd(item));
    if (!scope.ok()) {
      return absl::InvalidArgumentError(StrCat(kAnonymous, ": ", ToStd(scope.status().message())));
    }
    scopes.push_back(*std::move(scope));
  }
  return access::ScopeSet(std::move(scopes));
}

absl::StatusOr<access::ApiKey> ReadKeyFile(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) {
    return absl::FailedPreconditionError(
        StrCat(kProcessKeyFile, ": cannot read ", path, ": ", std::strerror(errno)));
  }
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  if ((file.st_mode & kOthers) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s: other users can read %s (mode %04o): chmod 600 %s",
                        ToAbsl(kProcessKeyFile), path, file.st_mode & 07777, path));
  }
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line) && line.empty()) {
    return absl::FailedPreconditionError(
        StrCat(kProcessKeyFile, ": ", path, " is empty or cannot be read"));
  }
  absl::StatusOr<access::ApiKey> key =
      access::ApiKey::Parse(ToStd(absl::StripAsciiWhitespace(line)));
  if (!key.ok()) {
    return absl::InvalidArgumentError(
        StrCat(kProcessKeyFile, ": ", path, ": ", ToStd(key.status().message())));
  }
  return key;
}

}  // namespace

absl::StatusOr<AccessSettings> ReadAccessSettings(const Config& config) {
  AccessSettings settings;
  ASSIGN_OR_RETURN(settings.anonymous, ReadScopes(config.GetString(kAnonymous)));
  const std::string path = config.GetString(kProcessKeyFile);
  settings.has_process_key_file = !path.empty();
  if (settings.has_process_key_file) {
    ASSIGN_OR_RETURN(settings.process_key, ReadKeyFile(path));
  } else {
    ASSIGN_OR_RETURN(settings.process_key, access::ApiKey::Generate());
  }
  return settings;
}

absl::Status CheckProcessKey(const AccessSettings& settings, bool has_other_processes) {
  if (!has_other_processes || settings.has_process_key_file ||
      settings.anonymous.AllowsAll(access::Permission::kAdmin)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      StrCat(kProcessKeyFile,
             " is needed: some modules run in other processes, which are called with the key in "
             "this file; all processes of a city need the same one. `citylayers keys process-key "
             "FILE` makes one"));
}

}  // namespace citylayers::runtime
