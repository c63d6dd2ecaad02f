#include "storage/readings/format_file.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "base/atomic_file.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

constexpr char kFormatFile[] = "FORMAT";
constexpr char kFormatWord[] = "citylayers-readings ";

absl::Status WriteFormatFile(const std::string& path) {
  return ReplaceFile(path, absl::StrCat(kFormatWord, kReadingsFormat, "\n"));
}

}  // namespace

absl::Status CheckFormat(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot make the data directory ", directory, ": ", error.message()));
  }
  const std::string path = directory + "/" + kFormatFile;
  if (!fs::exists(path, error)) {
    if (!fs::is_empty(directory, error) && !fs::exists(path + ".new", error)) {
      return absl::FailedPreconditionError(
          absl::StrCat(directory, " is not empty and holds no readings (", kFormatFile,
                       " is missing); give another data directory"));
    }
    return WriteFormatFile(path);
  }
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  int format = 0;
  absl::string_view number = line;
  if (!absl::ConsumePrefix(&number, kFormatWord) || !absl::SimpleAtoi(number, &format)) {
    return absl::DataLossError(absl::StrCat(path, " does not start with '", kFormatWord,
                                            "N': restore the directory from a backup"));
  }
  if (format < 1) {
    return absl::DataLossError(absl::StrCat(path, " has format ", format,
                                            ", which does not exist: restore the directory from "
                                            "a backup"));
  }
  if (format > kReadingsFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat(directory, " was written by a newer citylayers (format ", format,
                     "; this program reads up to ", kReadingsFormat,
                     "): run that version, or give another data directory"));
  }
  return absl::OkStatus();
}

}  // namespace citylayers::storage
