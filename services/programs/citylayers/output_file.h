// A file that is written completely or not at all.
#ifndef CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_OUTPUT_FILE_H_
#define CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_OUTPUT_FILE_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace citylayers::cli {

/// Writes to a temporary file, its path plus ".part", and renames it with Commit. Without Commit
/// the temporary file is removed.
class OutputFile {
 public:
  /// Errors of the file system, with the path. FAILED_PRECONDITION: the path is a folder.
  static absl::StatusOr<OutputFile> Open(const std::string& path);
  OutputFile(OutputFile&& other) noexcept = default;
  OutputFile& operator=(OutputFile&& other) = delete;
  ~OutputFile();

  absl::Status Write(std::string_view bytes);
  absl::Status Commit();
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  OutputFile(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;  // null after Commit or a move
  std::uint64_t bytes_ = 0;
};

}  // namespace citylayers::cli

#endif  // CITYLAYERS_SERVICES_PROGRAMS_CITYLAYERS_OUTPUT_FILE_H_
