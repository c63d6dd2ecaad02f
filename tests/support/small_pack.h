// A small pack for the tests of this folder: two streets that meet in a T.
#ifndef CITYLAYERS_TESTS_SUPPORT_SMALL_PACK_H_
#define CITYLAYERS_TESTS_SUPPORT_SMALL_PACK_H_

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include <gtest/gtest.h>

#include "storage/pack/manifest.h"
#include "storage/pack/pack_encode.h"
#include "storage/pack/pack_writer.h"
#include "storage/pack/section_file.h"
#include "storage/pack/skeleton.h"
#include "storage/pack/station.h"
#include "tests/support/temp_dir.h"

namespace citylayers::storage {

using test::TempDir;

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void SaveFile(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// 0 and 1 are the two directions of Lê Lợi between nodes 0 and 1; 2 continues one-way to node 2.
inline RoadColumns TestRoads() {
  RoadColumns roads;
  const auto add = [&](std::uint64_t id, std::uint32_t from, std::uint32_t to, std::uint32_t twin,
                       std::uint32_t name, std::vector<PackedPoint> line) {
    SegmentRecord r;
    r.stable_id = id;
    r.from_node = from;
    r.to_node = to;
    r.twin = twin;
    r.name = name;
    r.first_point = static_cast<std::uint32_t>(roads.points.size());
    r.point_count = static_cast<std::uint32_t>(line.size());
    r.length_m = 100;
    r.reference_speed_kmh = 40;
    r.road_class = 3;
    r.south_west = line.front();
    r.north_east = line.back();
    roads.points.insert(roads.points.end(), line.begin(), line.end());
    roads.records.push_back(r);
  };
  const PackedPoint a{1066980000, 107720000}, b{1066990000, 107730000}, c{1067000000, 107740000};
  add(900, 0, 1, 1, 1, {a, b});
  add(901, 1, 0, 0, 1, {b, a});
  add(300, 1, 2, kNoSegment, 0, {b, c});
  roads.names = {"", "Lê Lợi"};
  roads.successor_begins = {0, 1, 2, 2};
  roads.successors = {2, 0};
  roads.node_count = 3;
  return roads;
}

inline std::vector<PackStation> TestStations() {
  PackMeasure level{"water_level", "m", 3, absl::Minutes(10), "hondau", -4, 4, {}};
  level.thresholds = {{"báo động I", "alert level I", 1.4}, {"báo động II", "alert level II", 1.5}};
  return {{"phu-an", "Phú An", "Phu An", {106.7077778, 10.77861111}, {level}},
          {"quote", "\"Trạm\\\n", "", {106.5, 10.5}, {}}};
}

inline Manifest TestManifest() {
  Manifest m;
  m.name_vi = "Thành phố Hồ Chí Minh";
  m.name_en = "Ho Chi Minh City";
  m.created_time = absl::FromUnixSeconds(1700000000);
  m.bounds = {106.698, 10.772, 106.7, 10.774};
  m.attribution = "© test";
  m.notices = {"synthetic_terrain"};
  m.sources = {{"roads", "test.osm.pbf", "© test", false}};
  m.absent = {{"boundaries", "no --boundaries was given"}};
  m.counts = {{"segments", 3}, {"stations", 2}};
  m.datum = PackDatum{"egm2008", -0.86};
  return m;
}

/// Optional parts of a test pack.
struct TestPackParts {
  std::vector<std::uint8_t> unknown_ground;  // CellColumns::unknown
};

/// Writes the whole pack to `out`.
inline absl::StatusOr<std::string> WriteTestPack(const std::string& out,
                                                 const Manifest& manifest = TestManifest(),
                                                 const TestPackParts& parts = {}) {
  auto writer = PackWriter::Create(out);
  if (!writer.ok()) return writer.status();
  EXPECT_TRUE((*writer)->WriteFile("roads.bin", EncodeRoads(TestRoads())).ok());
  const std::string skeleton = EncodeSkeleton({{0, 1, 3, 0, "abc"}, {2, 0, 3, 0, "de"}});
  EXPECT_TRUE((*writer)->WriteFile("skeletons.bin", EncodeTileArchive({{77, skeleton}})).ok());
  EXPECT_TRUE((*writer)->WriteFile("base.bin", EncodeTileArchive({{5, "five"}, {9, "nine"}})).ok());
  EXPECT_TRUE((*writer)->WriteFile("stations.toml", FormatStations(TestStations())).ok());
  const CellColumns cells = {4, 2, {0, 2, 4, 4}, {0, 5, 5, 0}, parts.unknown_ground};
  EXPECT_TRUE((*writer)->WriteFile("cells.bin", EncodeSegmentCells(cells)).ok());
  return (*writer)->Commit(manifest);
}

}  // namespace citylayers::storage

#endif  // CITYLAYERS_TESTS_SUPPORT_SMALL_PACK_H_
