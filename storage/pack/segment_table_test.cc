#include "storage/pack/segment_table.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "storage/pack/segment_cells.h"
#include "tests/support/small_pack.h"

namespace citylayers::storage {
namespace {

using ::testing::HasSubstr;

absl::Status OpenRoads(const RoadColumns& roads) {
  const TempDir dir;
  SaveFile(dir / "roads.bin", EncodeRoads(roads));
  const auto file = SectionFile::Open(dir / "roads.bin", SectionFileKind::kRoads);
  if (!file.ok()) return file.status();
  return SegmentTable::FromFile(*file).status();
}

TEST(SegmentTable, GoodRoadsOpen) { EXPECT_TRUE(OpenRoads(TestRoads()).ok()); }

// The checksums are valid, but the content is inconsistent: a bug in a writer, or an attack.
TEST(SegmentTable, EveryReferenceIsChecked) {
  const std::pair<const char*, std::function<void(RoadColumns&)>> faults[] = {
      {"twin out of range", [](auto& r) { r.records[0].twin = 7; }},
      {"twin of another", [](auto& r) { r.records[2].twin = 0; }},
      {"name", [](auto& r) { r.records[0].name = 2; }},
      {"node", [](auto& r) { r.records[0].to_node = 3; }},
      {"first point", [](auto& r) { r.records[0].first_point = 0xFFFFFFF0; }},
      {"point count", [](auto& r) { r.records[2].point_count = 3; }},
      {"line of one point", [](auto& r) { r.records[0].point_count = 1; }},
      {"stable id twice", [](auto& r) { r.records[0].stable_id = 901; }},
      {"no names", [](auto& r) { r.names.clear(); }},
  };
  for (const auto& [what, breaks] : faults) {
    RoadColumns roads = TestRoads();
    breaks(roads);
    const absl::Status status = OpenRoads(roads);
    EXPECT_TRUE(absl::IsDataLoss(status)) << what << ": " << status;
    EXPECT_THAT(status.message(), HasSubstr("roads.bin"));
  }
}

// One name in another encoding: it is served repaired, and the others unchanged.
TEST(SegmentTable, ANameThatIsNotUtf8IsRepairedAlone) {
  const TempDir dir;
  RoadColumns roads = TestRoads();
  roads.names = {"", "Lê Lợi", "\xD0\xBA\xF4 L\xEA", "Hàm Nghi", "\xED\xA0\x80"};
  roads.records[2].name = 2;
  SaveFile(dir / "roads.bin", EncodeRoads(roads));
  const auto file = SectionFile::Open(dir / "roads.bin", SectionFileKind::kRoads);
  ASSERT_TRUE(file.ok()) << file.status();
  const auto opened = SegmentTable::FromFile(*file);
  ASSERT_TRUE(opened.ok()) << opened.status();
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): a copy must have the same names.
  const SegmentTable table = *opened;
  EXPECT_EQ(table.repaired_name_count(), 2u);
  EXPECT_EQ(table.name_count(), 5u);
  EXPECT_EQ(table.name(0), "Lê Lợi");
  EXPECT_EQ(table.name_text(3), "Hàm Nghi");
  for (std::uint32_t name = 0; name < table.name_count(); ++name) {
    EXPECT_TRUE(IsUtf8(table.name_text(name))) << name;
  }
  EXPECT_THAT(std::string(table.name(2)), HasSubstr(" L\uFFFD"));
}

// A file as written by version 1: with the sections of that version.
std::string AsVersion1(const std::string& bytes, SectionFileKind kind, std::uint32_t sections) {
  const TempDir dir;
  SaveFile(dir / "f", bytes);
  const auto file = SectionFile::Open(dir / "f", kind);
  EXPECT_TRUE(file.ok()) << file.status();
  std::vector<SectionBytes> old;
  for (std::uint32_t id = 1; id <= sections; ++id) old.push_back({id, file->bytes(id)});
  return EncodeSectionFile(kind, old, /*version=*/1);
}

TEST(SegmentCells, GroundThatIsNotKnownIsMarkedSinceVersion2) {
  const TempDir dir;
  const std::string bytes = EncodeSegmentCells({4, 2, {0, 2, 4, 4}, {0, 5, 5, 0}, {0, 0, 1}});
  SaveFile(dir / "new", bytes);
  SaveFile(dir / "old", AsVersion1(bytes, SectionFileKind::kCells, 3));
  for (const auto& [name, is_known] : {std::pair("new", false), {"old", true}}) {
    const auto file = SectionFile::Open(dir / name, SectionFileKind::kCells);
    ASSERT_TRUE(file.ok()) << file.status();
    const auto cells = SegmentCells::FromFile(*file, 3);
    ASSERT_TRUE(cells.ok()) << name << cells.status();
    EXPECT_TRUE(cells->is_known(0));
    EXPECT_EQ(cells->is_known(2), is_known) << name;
  }
  SaveFile(dir / "bad", EncodeSegmentCells({4, 2, {0, 2, 4, 4}, {0, 5, 5, 0}, {0, 1}}));
  const auto file = SectionFile::Open(dir / "bad", SectionFileKind::kCells);
  EXPECT_TRUE(absl::IsDataLoss(SegmentCells::FromFile(*file, 3).status()));
}

TEST(SegmentTable, PackedPointRoundsToACentimetre) {
  const PackedPoint p = PackedPoint::FromLonLat({106.70098761, -10.77123456});
  EXPECT_EQ(p, (PackedPoint{1067009876, -107712346}));
  EXPECT_NEAR(p.ToLonLat().lon_deg, 106.70098761, 5.1e-8);
}

}  // namespace
}  // namespace citylayers::storage
