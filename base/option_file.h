// Reading of small files that an option names: keys and certificates.
#ifndef CITYLAYERS_BASE_OPTION_FILE_H_
#define CITYLAYERS_BASE_OPTION_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace citylayers {

/// What a file must fulfil before its content is used.
struct OptionFileRules {
  std::string_view option;  // names the option in errors: "security.process_key_file"
  std::size_t bytes_max;    // a file with more is refused
  bool is_secret = true;    // users other than the owner must have no access
  // Given by the service manager, with mode 0440 in a directory that only this process can enter.
  bool is_credential = false;
  std::string_view content;  // of a file that is too large, in its error: "it should have one key"
};

/// Reads a whole file. All checks use the opened file, so that it cannot be replaced in between. A
/// named pipe is refused at once. FAILED_PRECONDITION: it cannot be opened or read, is not a
/// regular file, has more than `bytes_max` bytes, or holds a secret that other users can read; the
/// message names option and path, and has the chmod that repairs the last. No message contains text
/// of the file.
absl::StatusOr<std::string> ReadOptionFile(const std::string& path, const OptionFileRules& rules);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_OPTION_FILE_H_
