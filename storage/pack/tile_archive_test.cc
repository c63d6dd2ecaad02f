#include "storage/pack/tile_archive.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/pack/section_ids.h"
#include "tests/support/small_pack.h"

namespace citylayers::storage {
namespace {

TEST(TileArchive, FindsEveryTileAndNoOther) {
  std::map<std::uint64_t, std::string> tiles;
  for (std::uint64_t i = 0; i < 500; ++i)
    tiles[i * i * 7] = std::string(i % 13, static_cast<char>(i));
  const TempDir dir;
  SaveFile(dir / "base.bin", EncodeTileArchive(tiles));
  const auto file = SectionFile::Open(dir / "base.bin", SectionFileKind::kTiles);
  ASSERT_TRUE(file.ok());
  const auto archive = TileArchive::FromFile(*file);
  ASSERT_TRUE(archive.ok());
  ASSERT_EQ(archive->size(), tiles.size());
  std::size_t i = 0;
  for (const auto& [key, bytes] : tiles) {
    EXPECT_EQ(archive->Find(key), bytes);
    EXPECT_EQ(archive->entry(i).key, key);
    EXPECT_EQ(archive->entry(i++).bytes, bytes);
    EXPECT_EQ(archive->Find(key + 1), std::nullopt);
  }
}

TEST(TileArchive, WrongIndexIsRefused) {
  using Index = std::vector<std::uint64_t>;  // key, offset, length of each tile
  for (const Index& index : {Index{5, 0, 2, 5, 2, 2}, Index{9, 0, 2, 5, 2, 2}, Index{5, 3, 2},
                             Index{5, ~std::uint64_t{0}, 2}, Index{5, 0}}) {
    const std::array<SectionBytes, 2> sections = {
        {{kTileIndex, AsBytes(index)}, {kTileData, "abcd"}}};
    const TempDir dir;
    SaveFile(dir / "base.bin", EncodeSectionFile(SectionFileKind::kTiles, sections));
    const auto file = SectionFile::Open(dir / "base.bin", SectionFileKind::kTiles);
    ASSERT_TRUE(file.ok());
    EXPECT_TRUE(absl::IsDataLoss(TileArchive::FromFile(*file).status()));
  }
}

}  // namespace
}  // namespace citylayers::storage
