#include "services/programs/citylayers/key_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/opened_file.h"
#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::cli {
namespace {

// A key has 49 characters; the rest of a longer file is not read.
constexpr std::size_t kReadBytesMax = 4096;
constexpr mode_t kOfOthers = 0077;

absl::Status FileError(std::string_view doing, const std::string& path) {
  const int error = errno;
  const std::string message = StrCat("cannot ", doing, " ", path, ": ", std::strerror(error));
  if (error == ENOENT) return absl::NotFoundError(message);
  return error == EACCES ? absl::PermissionDeniedError(message) : absl::UnavailableError(message);
}

absl::StatusOr<std::string> ReadBeginning(int file, const std::string& path) {
  std::array<char, kReadBytesMax> bytes;
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t count = ::read(file, bytes.data() + size, bytes.size() - size);
    if (count == 0) break;
    if (count > 0) {
      size += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      return FileError("read", path);
    }
  }
  return std::string(bytes.data(), size);
}

}  // namespace

absl::StatusOr<access::ApiKey> LoadKeyFile(const std::string& path) {
  const OpenedFile file(path);
  struct stat information = {};
  if (file.number() < 0 || ::fstat(file.number(), &information) != 0) {
    return FileError("read", path);
  }
  if (!S_ISREG(information.st_mode)) {
    return absl::InvalidArgumentError(StrCat(path, " is not a regular file: give the path of one"));
  }
  // Before reading, so that a file that is open to others is never used. Of the opened file, so
  // that it cannot be exchanged in between.
  if ((information.st_mode & kOfOthers) != 0) {
    return absl::PermissionDeniedError(absl::StrFormat(
        "others can read or change %s (mode %04o), and it holds a key; close it with: chmod 600 %s",
        path, information.st_mode & 07777, path));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadBeginning(file.number(), path));
  const std::string first_line(text.begin(), std::find(text.begin(), text.end(), '\n'));
  const absl::string_view line = absl::StripAsciiWhitespace(first_line);
  auto key = access::ApiKey::Parse(ToStd(line));
  if (!key.ok()) {
    return absl::InvalidArgumentError(
        StrCat("the first line of ", path, " is ", ToStd(key.status().message())));
  }
  return key;
}

absl::StatusOr<SentKey> FindKey(const KeySources& sources) {
  const auto from_file = [](const std::string& path,
                            std::string origin) -> absl::StatusOr<SentKey> {
    const auto key = LoadKeyFile(path);
    if (!key.ok()) {
      return absl::Status(key.status().code(),
                          ToAbsl(StrCat(origin, ": ", ToStd(key.status().message()))));
    }
    return SentKey{key->ToText(), std::move(origin)};
  };
  if (sources.file_option.has_value()) return from_file(*sources.file_option, "--key-file");
  if (!sources.key_variable.empty()) {
    const auto key = access::ApiKey::Parse(sources.key_variable);
    if (!key.ok()) {
      return absl::InvalidArgumentError(
          StrCat("CITYLAYERS_KEY is ", ToStd(key.status().message())));
    }
    return SentKey{key->ToText(), "CITYLAYERS_KEY"};
  }
  if (!sources.file_variable.empty()) {
    return from_file(sources.file_variable, "CITYLAYERS_KEY_FILE");
  }
  if (!sources.context_file.empty()) return from_file(sources.context_file, "context");
  return SentKey{};
}

absl::StatusOr<NewKeyFile> NewKeyFile::Create(const std::string& path) {
  const int number = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (number < 0 && errno == EEXIST) {
    return absl::AlreadyExistsError(
        StrCat(path, " exists, and a key file is never replaced; give the name of a new file"));
  }
  std::FILE* file = number < 0 ? nullptr : ::fdopen(number, "w");
  if (file == nullptr) return FileError("create", path);
  return NewKeyFile(path, file);
}

NewKeyFile::~NewKeyFile() {
  if (file_ == nullptr) return;
  file_.reset();
  ::unlink(path_.c_str());
}

absl::Status NewKeyFile::Write(const access::ApiKey& key) {
  const std::string line = StrCat(key.ToText(), "\n");
  const bool is_written = std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size() &&
                          std::fflush(file_.get()) == 0 && ::fsync(::fileno(file_.get())) == 0;
  if (!is_written) return FileError("write", path_);
  file_.reset();
  return absl::OkStatus();
}

}  // namespace citylayers::cli
