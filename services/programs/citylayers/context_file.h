// Named servers of a person, in ~/.config/citylayers/config.toml.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_CONTEXT_FILE_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_CONTEXT_FILE_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace citylayers::cli {

/// Defaults of the common options; an empty one is not set. A key itself is never in the file.
struct Context {
  std::string server;    ///< HOST:PORT
  std::string key_file;  ///< absolute path
  std::string ca_file;   ///< absolute path of certificates that the server's must lead to
  std::string format;    ///< table, json, ndjson or geojson
  friend bool operator==(const Context&, const Context&) = default;
};

struct ContextFile {
  std::string current;  ///< name of the context in use; empty: none
  std::map<std::string, Context> contexts;
  friend bool operator==(const ContextFile&, const ContextFile&) = default;

  /// NOT_FOUND: no context has the name; the message lists the existing ones.
  absl::StatusOr<Context> Find(std::string_view name) const;
};

/// Path of the file: `config_home` (XDG_CONFIG_HOME) or `home`/.config, then
/// citylayers/config.toml. Empty when both are empty. Pure.
std::string ContextPath(std::string_view config_home, std::string_view home);

/// INVALID_ARGUMENT: not 1 to 64 characters of a-z A-Z 0-9 _ -, which need no quotes in TOML
absl::Status CheckContextName(std::string_view name);

/// The text of a file, and the reverse. Pure. INVALID_ARGUMENT: not TOML, an unknown key, a name
/// that is not one, a current context that does not exist, or a key (clk_...) instead of a path;
/// the message begins with `path`.
std::string FormatContexts(const ContextFile& file);
absl::StatusOr<ContextFile> ParseContexts(std::string_view text, const std::string& path);

/// A missing file has no contexts. PERMISSION_DENIED: other users can change it, and so could send
/// a key to their own server. Other errors: those of ParseContexts; UNAVAILABLE: it cannot be read.
absl::StatusOr<ContextFile> LoadContexts(const std::string& path);

/// Replaces the file with mode 0600, in a directory that is created with mode 0700. Errors as
/// ReplaceFile.
absl::Status SaveContexts(const std::string& path, const ContextFile& file);

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_CONTEXT_FILE_H_
