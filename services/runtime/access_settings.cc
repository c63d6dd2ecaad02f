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
constexpr std::string_view kKeyLimits = "limits.";
constexpr std::string_view kAddressLimits = "limits.anonymous_";

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

access::Limits LimitsOf(const Config& config, std::string_view section) {
  const auto value = [&](std::string_view name) {
    return static_cast<double>(config.GetInt(StrCat(section, name)));
  };
  return {.calls_per_s = value("calls_per_second"),
          .streams_max = value("streams_max"),
          .readings_per_s = value("readings_per_second"),
          .bytes_per_s = value("bytes_per_second")};
}

// Options of the same four limits, for keys or for addresses.
void AddLimits(std::string_view section, std::string_view whose,
               const std::array<std::string_view, 4>& defaults, std::vector<Option>& options) {
  const std::string none = "; 0: no limit.";
  options.push_back({StrCat(section, "calls_per_second"), OptionType::kInt,
                     std::string(defaults[0]),
                     StrCat("Calls and HTTP requests per second ", whose, none), 0, 1e9});
  options.push_back({StrCat(section, "streams_max"), OptionType::kInt, std::string(defaults[1]),
                     StrCat("Open streams ", whose, none), 0, 1e9});
  options.push_back({StrCat(section, "readings_per_second"), OptionType::kInt,
                     std::string(defaults[2]),
                     StrCat("Written readings per second ", whose,
                            "; a stream of readings waits, other writes are refused", none),
                     0, 1e9});
  options.push_back(
      {StrCat(section, "bytes_per_second"), OptionType::kInt, std::string(defaults[3]),
       StrCat("Bytes of messages and bodies per second, received and sent together, ", whose, none),
       0, 1e12});
}

std::vector<Option> LimitOptions() {
  std::vector<Option> options;
  AddLimits(kKeyLimits, "of each API key that has no limit in its record", {"0", "0", "0", "0"},
            options);
  AddLimits(kAddressLimits,
            "of the callers without an API key at one address (IPv6: one /64 network)",
            {"500", "500", "0", "0"}, options);
  options.push_back(
      {"limits.failures_per_second", OptionType::kInt, "10",
       "Calls with an invalid API key per second from one address that are answered "
       "with UNAUTHENTICATED; more are answered with RESOURCE_EXHAUSTED; 0: no limit.",
       0, 1e9});
  options.push_back({"limits.addresses_max", OptionType::kInt, "65536",
                     "Addresses whose use is remembered for limits; the one that was quiet longest "
                     "makes room for another.",
                     16, 1e8});
  return options;
}

}  // namespace

std::vector<Option> AccessOptions() {
  std::vector<Option> options = {
      {.key = "security.anonymous",
       .type = OptionType::kString,
       .default_value = "",
       .help = "Scopes of callers without an API key, separated by commas, such as layers:read for "
               "a public map; empty: nothing. admin permits everything to every caller.",
       .is_live = true},
      {.key = "security.process_key_file",
       .type = OptionType::kString,
       .default_value = "",
       .help = "File with the key by which the processes of a city call each other, the same in "
               "all; needed when modules run in several processes. Readable only by the owner. Not "
               "set: the systemd credential citylayers.process.key, if there is one.",
       .credential = "citylayers.process.key"},
  };
  for (Option& option : LimitOptions()) options.push_back(std::move(option));
  return options;
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
  settings.limits.keys = LimitsOf(config, kKeyLimits);
  if (!settings.anonymous.AllowsAll(access::Permission::kAdmin)) {
    settings.limits.anonymous = LimitsOf(config, kAddressLimits);
  }
  settings.limits.failures_per_s = static_cast<double>(config.GetInt("limits.failures_per_second"));
  settings.limits.addresses_max = static_cast<std::size_t>(config.GetInt("limits.addresses_max"));
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
