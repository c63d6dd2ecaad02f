#include "services/keys/key_init.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "base/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/access/permission.h"
#include "services/keys/key_book.h"
#include "services/keys/key_fields.h"
#include "services/keys/key_file.h"

namespace citylayers::keys {
namespace {

absl::Status MakeDirectory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory.parent_path(), error);
  if (error) {
    return absl::UnavailableError(
        StrCat("cannot make ", directory.parent_path().string(), ": ", error.message()));
  }
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::UnavailableError(
        StrCat("cannot make ", directory.string(), ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<access::ApiKey> InitKeys(const std::string& data_directory, std::string principal) {
  // Before anything is created.
  RETURN_IF_ERROR(CheckPrincipal(principal));
  const std::filesystem::path directory = std::filesystem::path(data_directory) / kKeysDirectory;
  RETURN_IF_ERROR(MakeDirectory(directory));
  const std::string path = (directory / kKeysFile).string();
  const WallClock clock;
  ASSIGN_OR_RETURN(const std::unique_ptr<KeyBook> book, KeyBook::Open(path, {}, clock));
  if (!book->is_new()) {
    return absl::AlreadyExistsError(
        StrCat(path,
               ": keys exist: start the server and use `citylayers keys create`, or move the "
               "file away to lose all keys"));
  }
  const std::string admin(access::InfoOf(access::Permission::kAdmin).word);
  ASSIGN_OR_RETURN(IssuedKey issued,
                   book->Create({.principal = std::move(principal), .scopes = {admin}}));
  return std::move(issued.key);
}

}  // namespace citylayers::keys
