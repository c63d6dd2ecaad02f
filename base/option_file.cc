#include "base/option_file.h"

#include <cerrno>
#include <cstring>

#include "absl/strings/str_format.h"
#include <sys/stat.h>
#include <unistd.h>

#include "base/opened_file.h"
#include "base/strings.h"

namespace citylayers {
absl::StatusOr<std::string> ReadOptionFile(const std::string& path, const OptionFileRules& rules) {
  const mode_t others = rules.is_credential ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;
  const auto cannot_read = [&] {
    return absl::FailedPreconditionError(
        StrCat(rules.option, ": cannot read ", path, ": ", std::strerror(errno)));
  };
  const OpenedFile file(path);
  struct stat info {};
  if (file.number() < 0 || ::fstat(file.number(), &info) != 0) return cannot_read();
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(
        StrCat(rules.option, ": ", path, " is not a regular file: give the path of one"));
  }
  if (rules.is_secret && (info.st_mode & others) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s: other users can read %s (mode %04o): chmod 600 %s",
                        ToAbsl(rules.option), path, info.st_mode & 07777, path));
  }
  std::string text(rules.bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.number(), text.data() + size, text.size() - size);
    if (count == 0) break;
    if (count < 0 && errno != EINTR) return cannot_read();
    if (count > 0) size += static_cast<std::size_t>(count);
  }
  if (size > rules.bytes_max) {
    return absl::FailedPreconditionError(StrCat(rules.option, ": ", path, " has more than ",
                                                rules.bytes_max, " bytes: ", rules.content));
  }
  text.resize(size);
  return text;
}

}  // namespace citylayers
