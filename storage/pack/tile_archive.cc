#include "storage/pack/tile_archive.h"

#include <algorithm>

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/pack/section_ids.h"

namespace citylayers::storage {

absl::StatusOr<TileArchive> TileArchive::FromFile(const SectionFile& file) {
  TileArchive archive;
  ASSIGN_OR_RETURN(archive.index_, file.records<IndexRecord>(kTileIndex));
  archive.data_ = file.bytes(kTileData);
  for (std::size_t i = 0; i < archive.index_.size(); ++i) {
    const IndexRecord& record = archive.index_[i];
    const bool ascending = i == 0 || archive.index_[i - 1].key < record.key;
    const bool inside = record.offset <= archive.data_.size() &&
                        record.length <= archive.data_.size() - record.offset;
    if (!ascending || !inside) return file.Damaged(StrCat("entry ", i, " of its tile index"));
  }
  return archive;
}

TileArchive::Entry TileArchive::entry(std::size_t i) const {
  return {index_[i].key, Bytes(index_[i])};
}

std::optional<std::string_view> TileArchive::Find(std::uint64_t key) const {
  const auto it = std::lower_bound(index_.begin(), index_.end(), key,
                                   [](const IndexRecord& r, std::uint64_t k) { return r.key < k; });
  if (it == index_.end() || it->key != key) return std::nullopt;
  return Bytes(*it);
}

}  // namespace citylayers::storage
