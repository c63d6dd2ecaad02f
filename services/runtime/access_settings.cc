#include "services/runtime/access_settings.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

#include "base/option_file.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/tls/tls_settings.h"

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

absl::StatusOr<access::ApiKey> ReadKeyFile(const std::string& path, bool is_credential) {
  ASSIGN_OR_RETURN(const std::string text,
                   ReadOptionFile(path, {.option = kProcessKeyFile,
                                         .bytes_max = 4096,
                                         .is_credential = is_credential,
                                         .content = "it should have one key"}));
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
      {"security.anonymous", OptionType::kString, "",
       "Scopes of callers without an API key, separated by commas, such as layers:read for a "
       "public map; empty: nothing. admin lets everybody do everything."},
      {.key = "security.process_key_file",
       .type = OptionType::kString,
       .default_value = "",
       .help = "File with the key by which the processes of a city call each other, the same in "
               "all; needed when modules run in several processes. Readable only by the owner. Not "
               "set: the systemd credential citylayers.process.key, if there is one.",
       .credential = "citylayers.process.key"},
  };
}

absl::StatusOr<AccessSettings> ReadAccessSettings(const Config& config) {
  AccessSettings settings;
  ASSIGN_OR_RETURN(settings.anonymous, ReadScopes(config.GetString(kAnonymous)));
  const std::string path = config.GetString(kProcessKeyFile);
  settings.has_process_key_file = !path.empty();
  if (settings.has_process_key_file) {
    ASSIGN_OR_RETURN(settings.process_key, ReadKeyFile(path, config.IsCredential(kProcessKeyFile)));
  } else {
    ASSIGN_OR_RETURN(settings.process_key, access::ApiKey::Generate());
  }
  return settings;
}

absl::StatusOr<Protection> ProtectionOf(const Config& config) {
  ASSIGN_OR_RETURN(const access::ScopeSet anonymous, ReadScopes(config.GetString(kAnonymous)));
  ASSIGN_OR_RETURN(const TlsSettings tls, ReadTlsSettings(config));
  return Protection{.allow_insecure = config.GetBool("server.allow_insecure"),
                    .has_tls = tls.is_on(),
                    .is_closed = !anonymous.AllowsAll(access::Permission::kAdmin)};
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
