// A file mapped into memory.
#ifndef CITYLAYERS_STORAGE_PACK_MAPPED_FILE_H_
#define CITYLAYERS_STORAGE_PACK_MAPPED_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace citylayers::storage {

/// A whole file mapped read-only. Move-only; the bytes keep their address when it is moved. The
/// file may be renamed or unlinked while it is mapped, but must not be truncated. Thread-safe.
class MappedFile {
 public:
  MappedFile() = default;
  /// NOT_FOUND, PERMISSION_DENIED or UNAVAILABLE with the path in the message.
  static absl::StatusOr<MappedFile> Open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view bytes() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_MAPPED_FILE_H_
