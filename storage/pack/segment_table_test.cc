#include "storage/pack/segment_table.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/pack/test_pack.h"

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

// Checksums are right here, yet the content does not fit together: a bug in a writer, or malice.
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

TEST(SegmentTable, PackedPointRoundsToACentimetre) {
  const PackedPoint p = PackedPoint::FromLonLat({106.70098761, -10.77123456});
  EXPECT_EQ(p, (PackedPoint{1067009876, -107712346}));
  EXPECT_NEAR(p.ToLonLat().lon_deg, 106.70098761, 5.1e-8);
}

}  // namespace
}  // namespace citylayers::storage
