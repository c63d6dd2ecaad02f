#include "services/programs/citylayers/output_file.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"

#include "base/strings.h"

namespace citylayers::cli {
namespace {

std::string PartOf(const std::string& path) { return path + ".part"; }

absl::Status FileError(const std::string& what, const std::string& path) {
  const std::error_code error(errno, std::generic_category());
  return absl::UnavailableError(StrCat("cannot ", what, " ", path, ": ", error.message()));
}

}  // namespace

absl::StatusOr<OutputFile> OutputFile::Open(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::FailedPreconditionError(StrCat(path, " is a folder; give the name of a file"));
  }
  std::FILE* file = std::fopen(PartOf(path).c_str(), "wb");
  if (file == nullptr) return FileError("write", PartOf(path));
  return OutputFile(path, file);
}

OutputFile::~OutputFile() {
  if (file_ == nullptr) return;
  file_.reset();
  std::remove(PartOf(path_).c_str());
}

absl::Status OutputFile::Write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
    return FileError("write", PartOf(path_));
  }
  bytes_ += bytes.size();
  return absl::OkStatus();
}

absl::Status OutputFile::Commit() {
  if (std::fflush(file_.get()) != 0) return FileError("write", PartOf(path_));
  if (std::rename(PartOf(path_).c_str(), path_.c_str()) != 0) return FileError("write", path_);
  file_.reset();
  return absl::OkStatus();
}

}  // namespace citylayers::cli
