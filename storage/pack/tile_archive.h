// An archive of many tiles in one file, found by key.
#ifndef CITYLAYERS_STORAGE_PACK_TILE_ARCHIVE_H_
#define CITYLAYERS_STORAGE_PACK_TILE_ARCHIVE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"

#include "storage/pack/section_file.h"

namespace citylayers::storage {

/// A view of one archive of a pack. A tile's key is its PMTiles v3 number: all tiles of lower zooms
/// first, then its position on the Hilbert curve (geo::TileId::Key()). The bytes point into the
/// mapped file and are valid as long as the CityPack. Immutable, thread-safe. Find is O(log tiles).
///
///   std::optional<std::string_view> mvt = pack->base_tiles().Find(tile.Key());
class TileArchive {
 public:
  struct Entry {
    std::uint64_t key = 0;
    std::string_view bytes;
  };

  TileArchive() = default;

  /// DATA_LOSS: keys out of order, or bytes outside the file.
  static absl::StatusOr<TileArchive> FromFile(const SectionFile& file);

  std::size_t size() const { return index_.size(); }
  /// The i-th tile by key. REQUIRES: i < size().
  Entry entry(std::size_t i) const;
  /// The tile's bytes; nullopt when the archive has no such tile.
  std::optional<std::string_view> Find(std::uint64_t key) const;

 private:
  struct IndexRecord {
    std::uint64_t key;
    std::uint64_t offset;
    std::uint64_t length;
  };
  std::string_view Bytes(const IndexRecord& record) const {
    return data_.substr(record.offset, record.length);
  }

  std::span<const IndexRecord> index_;
  std::string_view data_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_TILE_ARCHIVE_H_
