// Copying and reading of files with their digests.
#ifndef CITYLAYERS_STORAGE_BACKUP_FILE_COPY_H_
#define CITYLAYERS_STORAGE_BACKUP_FILE_COPY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace citylayers::storage {

/// Size and SHA-256 of a file.
struct FileSum {
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// Called with the number of bytes after each part of a file; an error ends the work with it.
using OnBytes = absl::FunctionRef<absl::Status(std::uint64_t bytes)>;

inline constexpr std::size_t kCopyPartBytes = 1 << 20;

/// Copies a regular file to the new file `to` with mode 0600, and syncs it. Memory: one part.
/// RESOURCE_EXHAUSTED: the disk is full. UNAVAILABLE: another error of the file system. The
/// messages name the file; what was written of `to` is left.
absl::StatusOr<FileSum> CopyFile(const std::string& from, const std::string& to, OnBytes on_bytes);

/// Reads a whole file. NOT_FOUND: it is missing. UNAVAILABLE: it cannot be read.
absl::StatusOr<FileSum> SumFile(const std::string& path, OnBytes on_bytes);

/// Makes the directories between `root` and the file `path` below it, with mode 0700. Errors as
/// FileError.
absl::Status MakeParents(const std::string& root, std::string_view path);

/// Makes the entries of a directory, or of all directories of a tree, durable.
absl::Status SyncDirectory(const std::string& path);
absl::Status SyncTree(const std::string& root);

/// The error of the last system call, with errno: RESOURCE_EXHAUSTED for a full disk, NOT_FOUND for
/// a missing file, else UNAVAILABLE.
absl::Status FileError(const std::string& doing, const std::string& path);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_BACKUP_FILE_COPY_H_
