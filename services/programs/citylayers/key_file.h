// Files with an API key, and the choice of the key that a command sends.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_KEY_FILE_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_KEY_FILE_H_

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/access/api_key.h"

namespace citylayers::cli {

// No message of these functions contains a key or a line of a file.

/// The key on the first line of a file; white space around it is skipped. PERMISSION_DENIED: others
/// than the owner can read or change the file (the message has the chmod that repairs it).
/// NOT_FOUND: no such file. INVALID_ARGUMENT: the first line is not a key. UNAVAILABLE: another
/// error of the file system.
absl::StatusOr<access::ApiKey> LoadKeyFile(const std::string& path);

/// Where a key can come from.
struct KeySources {
  std::optional<std::string> file_option;  // --key-file
  std::string key_variable;                // CITYLAYERS_KEY, the key; empty: not set
  std::string file_variable;               // CITYLAYERS_KEY_FILE; empty: not set
  std::string context_file = {};           // of the context; empty: not set
};

/// The key that a command sends.
struct SentKey {
  std::string text;    // empty: no key
  std::string origin;  // for messages, e.g. "CITYLAYERS_KEY"
};

/// The key of the first source that is set, in the order of the members. Errors: those of
/// LoadKeyFile with the source; INVALID_ARGUMENT: CITYLAYERS_KEY is not a key.
absl::StatusOr<SentKey> FindKey(const KeySources& sources);

/// A file for a key that does not exist yet, with mode 0600. It is removed again unless a key is
/// written to it.
class NewKeyFile {
 public:
  /// Creates the empty file. ALREADY_EXISTS: a file is never replaced. UNAVAILABLE: another error
  /// of the file system.
  static absl::StatusOr<NewKeyFile> Create(const std::string& path);
  NewKeyFile(NewKeyFile&& other) noexcept = default;
  NewKeyFile& operator=(NewKeyFile&& other) = delete;
  ~NewKeyFile();

  /// Writes the key on one line; it is on disk when this returns. UNAVAILABLE: it cannot be
  /// written. REQUIRES: called once.
  absl::Status Write(const access::ApiKey& key);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  NewKeyFile(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;  // null after a successful Write or a move
};

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_KEY_FILE_H_
