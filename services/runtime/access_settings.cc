#include "services/runtime/access_settings.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

// A file for reading; closed at the end.
class OpenedFile {
 public:
  // Without waiting for a writer, should it be a named pipe.
  explicit OpenedFile(const std::string& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  OpenedFile(const OpenedFile&) = delete;
  OpenedFile& operator=(const OpenedFile&) = delete;
  ~OpenedFile() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  const int number_;
};

// All checks and reads use the opened file, so that it cannot be replaced in between.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  constexpr std::size_t kBytesMax = 4096;
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  const auto cannot_read = [&path] {
    return absl::FailedPreconditionError(
        StrCat(kProcessKeyFile, ": cannot read ", path, ": ", std::strerror(errno)));
  };
  const OpenedFile file(path);
  struct stat info {};
  if (file.number() < 0 || ::fstat(file.number(), &info) != 0) return cannot_read();
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(
        StrCat(kProcessKeyFile, ": ", path, " is not a regular file: give the path of one"));
  }
  if ((info.st_mode & kOthers) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s: other users can read %s (mode %04o): chmod 600 %s",
                        ToAbsl(kProcessKeyFile), path, info.st_mode & 07777, path));
  }
  std::string text(kBytesMax + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.number(), text.data() + size, text.size() - size);
    if (count == 0) break;
    if (count < 0 && errno != EINTR) return cannot_read();
    if (count > 0) size += static_cast<std::size_t>(count);
  }
  if (size > kBytesMax) {
    return absl::FailedPreconditionError(StrCat(kProcessKeyFile, ": ", path, " has more than ",
                                                kBytesMax, " bytes: it should have one key"));
  }
  text.resize(size);
  return text;
}

absl::StatusOr<access::ApiKey> ReadKeyFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSecretFile(path));
  if (text.empty()) {
    return absl::FailedPreconditionError(StrCat(kProcessKeyFile, ": ", path, " is empty"));
  }
  const std::string line(text.begin(), std::find(text.begin(), text.end(), '\n'));
  absl::StatusOr<access::ApiKey> key =
      access::ApiKey::Parse(ToStd(absl::StripAsciiWhitespace(line)));
  if (!key.ok()) {
    return absl::InvalidArgumentError(
        StrCat(kProcessKeyFile, ": ", path, ": ", ToStd(key.status().message())));
  }
  return key;
}

}  // namespace

std::vector<Option> AccessOptions() {
  return {
      {.key = "security.anonymous",
       .type = OptionType::kString,
       .default_value = "",
       .help = "Scopes of callers without an API key, separated by commas, such as layers:read for "
               "a public map; empty: nothing. admin permits everything to every caller.",
       .is_live = true},
      {"security.process_key_file", OptionType::kString, "",
       "File with the key by which the processes of a city call each other, the same in all; "
       "needed when modules run in several processes. Readable only by the owner."},
  };
}

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
