// The container format of a city pack's binary files: sections with checksums, mapped into memory.
#ifndef CITYLAYERS_STORAGE_PACK_SECTION_FILE_H_
#define CITYLAYERS_STORAGE_PACK_SECTION_FILE_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "base/strings.h"
#include "storage/pack/mapped_file.h"

namespace citylayers::storage {

static_assert(std::endian::native == std::endian::little,
              "pack files are little-endian and are read in place");

/// The content of a file. The numbers are part of the format.
enum class SectionFileKind : std::uint8_t { kRoads = 1, kTiles = 2, kCells = 3 };

/// A read-only file of numbered sections. Layout: docs/formats/pack.md. Opening maps the file and
/// verifies header and checksums (about 10 GB/s once the file is in memory). Move-only; sections
/// point into the mapping and live as long as this object, also after a move. Thread-safe.
class SectionFile {
 public:
  static constexpr std::uint8_t kVersion = 2;

  SectionFile() = default;

  /// NOT_FOUND: no such file. FAILED_PRECONDITION: it has a newer version. DATA_LOSS: another kind
  /// of file, truncated, or damaged. The message names the file and the remedy.
  static absl::StatusOr<SectionFile> Open(const std::string& path, SectionFileKind kind);

  /// The version of the file, 1 to kVersion.
  std::uint8_t version() const { return version_; }

  /// The bytes of a section; a null view when the file has no such section.
  std::string_view bytes(std::uint32_t id) const;

  /// A section as records of T. DATA_LOSS: it is missing, or its size is not a multiple of T's.
  template <typename T>
  absl::StatusOr<std::span<const T>> records(std::uint32_t id) const {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 64);
    const std::string_view raw = bytes(id);
    if (raw.data() == nullptr || raw.size() % sizeof(T) != 0) return BadSection(id);
    return std::span<const T>(reinterpret_cast<const T*>(raw.data()), raw.size() / sizeof(T));
  }
  /// The error for inconsistent content.
  absl::Status Damaged(std::string_view what) const;
  const std::string& path() const { return path_; }

 private:
  struct Section {
    std::uint32_t id;
    std::string_view bytes;
  };
  absl::Status BadSection(std::uint32_t id) const;
  absl::Status Load(SectionFileKind kind);

  std::string path_;
  MappedFile file_;
  std::uint8_t version_ = 0;
  std::vector<Section> sections_;
};

/// One section to write. `bytes` is borrowed.
struct SectionBytes {
  std::uint32_t id = 0;
  std::string_view bytes;
};

/// The bytes of a vector of plain records; borrowed.
template <typename T>
std::string_view AsBytes(const std::vector<T>& records) {
  static_assert(std::is_trivially_copyable_v<T>);
  return {reinterpret_cast<const char*>(records.data()), records.size() * sizeof(T)};
}

/// The content of a section file. Equal sections give equal bytes. REQUIRES: ids ascending.
std::string EncodeSectionFile(SectionFileKind kind, std::span<const SectionBytes> sections,
                              std::uint8_t version = SectionFile::kVersion);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_SECTION_FILE_H_
