#include "storage/pack/city_pack.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_pack.h"

namespace citylayers::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CityPackTest : public ::testing::Test {
 protected:
  CityPackTest() : out_(dir_ / "pack") {
    const absl::StatusOr<std::string> id = WriteTestPack(out_);
    EXPECT_TRUE(id.ok()) << id.status();
    if (id.ok()) id_ = *id;
  }
  std::string FileOf(const std::string& name) const { return out_ + "/" + name; }

  TempDir dir_;
  std::string out_;
  std::string id_;
};

TEST_F(CityPackTest, GivesBackWhatWasWritten) {
  const auto pack = CityPack::Open(out_ + "/");
  ASSERT_TRUE(pack.ok()) << pack.status();
  const CityPack& p = **pack;
  EXPECT_EQ(p.pack_id(), id_);
  EXPECT_EQ(p.directory(), out_);
  EXPECT_EQ(p.manifest().name_vi, "Thành phố Hồ Chí Minh");
  EXPECT_EQ(p.manifest().AbsentReason("boundaries"), "no --boundaries was given");
  EXPECT_EQ(p.manifest().AbsentReason("roads"), "");

  const SegmentTable& roads = p.segments();
  ASSERT_EQ(roads.size(), 3u);
  EXPECT_EQ(roads.node_count(), 3u);
  EXPECT_EQ(roads.name(0), "Lê Lợi");
  EXPECT_EQ(roads.name(2), "");
  EXPECT_THAT(roads.points(1),
              ElementsAre(PackedPoint{1066990000, 107730000}, PackedPoint{1066980000, 107720000}));
  EXPECT_EQ(roads[0].twin, 1u);
  EXPECT_FALSE(roads[2].has_twin());
  EXPECT_THAT(roads.successors(0), ElementsAre(2));
  EXPECT_THAT(roads.successors(1), ElementsAre(0));
  EXPECT_THAT(roads.successors(2), IsEmpty());
  EXPECT_THAT(roads.predecessors(0), ElementsAre(1));
  EXPECT_THAT(roads.predecessors(1), IsEmpty());
  EXPECT_EQ(p.FindSegment(900), 0u);
  EXPECT_EQ(p.FindSegment(300), 2u);
  EXPECT_EQ(p.FindSegment(301), std::nullopt);
  EXPECT_EQ(p.FindSegment(10000), std::nullopt);

  EXPECT_EQ(p.base_tiles().Find(9), "nine");
  EXPECT_EQ(p.base_tiles().Find(6), std::nullopt);
  EXPECT_TRUE(p.skeletons().Find(77).has_value());
  EXPECT_EQ(p.stations(), TestStations());
  ASSERT_TRUE(p.has_terrain());
  EXPECT_EQ(p.segment_cells()->columns(), 4u);
  EXPECT_THAT(p.segment_cells()->cells(1), ElementsAre(5, 0));
  EXPECT_TRUE(p.Verify().ok());
}

TEST_F(CityPackTest, AbsentDirectoryIsNotFound) {
  const auto pack = CityPack::Open(dir_ / "nowhere");
  EXPECT_TRUE(absl::IsNotFound(pack.status())) << pack.status();
  EXPECT_THAT(pack.status().message(), HasSubstr("pack build"));
}

// Whichever byte of whichever file flips, opening fails and nothing is served.
TEST_F(CityPackTest, EveryFlippedByteIsFound) {
  for (const auto& entry : std::filesystem::directory_iterator(out_)) {
    const std::string path = entry.path().string();
    const std::string good = ReadFile(path);
    const std::size_t step = good.size() / 200 + 1;
    for (std::size_t i = 0; i < good.size(); i += step) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 0x20);
      SaveFile(path, bad);
      const auto pack = CityPack::Open(out_);
      // created_time and comments are the only bytes not covered by pack_id.
      if (pack.ok() && entry.path().filename() == "manifest.toml") continue;
      EXPECT_FALSE(pack.ok()) << path << " byte " << i;
    }
    SaveFile(path, good);
  }
  EXPECT_TRUE(CityPack::Open(out_).ok());
}

TEST_F(CityPackTest, EveryTruncationIsFound) {
  for (const char* name :
       {"roads.bin", "skeletons.bin", "base.bin", "cells.bin", "stations.toml"}) {
    const std::string good = ReadFile(FileOf(name));
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{10}, good.size() / 2, good.size() - 1}) {
      SaveFile(FileOf(name), good.substr(0, size));
      const auto pack = CityPack::Open(out_);
      EXPECT_TRUE(absl::IsDataLoss(pack.status())) << name << " " << size << pack.status();
      EXPECT_THAT(pack.status().message(), HasSubstr(name));
    }
    SaveFile(FileOf(name), good);
  }
}

TEST_F(CityPackTest, MissingFileIsNamed) {
  std::filesystem::remove(FileOf("base.bin"));
  const auto pack = CityPack::Open(out_);
  EXPECT_TRUE(absl::IsDataLoss(pack.status()));
  EXPECT_THAT(pack.status().message(), HasSubstr("base.bin"));
}

TEST_F(CityPackTest, AFileOfAnotherPackIsRefused) {
  SaveFile(FileOf("base.bin"), EncodeTileArchive({{5, "FIVE"}, {9, "nine"}}));
  const auto pack = CityPack::Open(out_);
  EXPECT_TRUE(absl::IsDataLoss(pack.status())) << pack.status();
  EXPECT_THAT(pack.status().message(), HasSubstr("base.bin"));
}

TEST_F(CityPackTest, EditedManifestIsRefused) {
  std::string text = ReadFile(FileOf("manifest.toml"));
  text.replace(text.find("-0.86"), 5, "-0.50");
  SaveFile(FileOf("manifest.toml"), text);
  EXPECT_THAT(CityPack::Open(out_).status().message(), HasSubstr("edited"));
}

}  // namespace
}  // namespace citylayers::storage
