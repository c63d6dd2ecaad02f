#include "services/layers/street_index.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/pack/section_file.h"
#include "tests/support/small_pack.h"

namespace citylayers::layers {
namespace {

// One segment per line, of about 100 m from west to east, with its own nodes.
struct Line {
  std::uint32_t name;
  double lon_deg, lat_deg;
};

class StreetIndexTest : public ::testing::Test {
 protected:
  StreetIndex Index(const std::vector<Line>& lines, const std::vector<std::string>& names) {
    storage::RoadColumns roads;
    roads.names = names;
    for (std::uint32_t i = 0; i < lines.size(); ++i) {
      storage::SegmentRecord r;
      r.stable_id = 1000 - 2 * i;
      r.from_node = 2 * i;
      r.to_node = 2 * i + 1;
      r.name = lines[i].name;
      r.first_point = static_cast<std::uint32_t>(roads.points.size());
      r.point_count = 2;
      r.length_m = 100;
      r.reference_speed_kmh = 40;
      r.south_west = storage::PackedPoint::FromLonLat({lines[i].lon_deg, lines[i].lat_deg});
      r.north_east = storage::PackedPoint::FromLonLat({lines[i].lon_deg + 0.001, lines[i].lat_deg});
      r.midpoint = r.south_west;
      roads.points.push_back(r.south_west);
      roads.points.push_back(r.north_east);
      roads.records.push_back(r);
    }
    roads.successor_begins.assign(lines.size() + 1, 0);
    roads.node_count = static_cast<std::uint32_t>(2 * lines.size());
    const std::string path = dir_ / "roads.bin";
    storage::SaveFile(path, storage::EncodeRoads(roads));
    file_ = storage::SectionFile::Open(path, storage::SectionFileKind::kRoads).value();
    table_ = storage::SegmentTable::FromFile(*file_).value();
    return StreetIndex(table_);
  }

  storage::TempDir dir_;
  std::optional<storage::SectionFile> file_;
  storage::SegmentTable table_;
};

TEST_F(StreetIndexTest, StreetsOfOneNameFarApartAreTwo) {
  const StreetIndex streets =
      Index({{1, 106.6992, 10.7652}, {1, 106.7955, 10.7120}, {2, 106.7955, 10.7160}},
            {"", "Đường số 1", "Xa"});
  EXPECT_EQ(streets.size(), 3U);
  EXPECT_NE(streets.street(0), streets.street(1));
  EXPECT_EQ(streets.Id(streets.street(0)), "Đường số 1~1000");
  EXPECT_EQ(streets.Id(streets.street(1)), "Đường số 1~998");
  EXPECT_EQ(streets.Id(streets.street(2)), "Xa") << "the only street of its name";
  EXPECT_EQ(streets.name(streets.street(1)), "Đường số 1");
}

TEST_F(StreetIndexTest, WhatMeetsOrNearlyMeetsIsOne) {
  // Steps from 106.700: adjoining, a gap of 220 m, a gap of 440 m.
  const StreetIndex streets =
      Index({{1, 106.700, 10.77}, {1, 106.701, 10.77}, {1, 106.704, 10.77}, {1, 106.709, 10.77}},
            {"", "Lê Lợi"});
  EXPECT_EQ(streets.street(0), streets.street(1));
  EXPECT_EQ(streets.street(0), streets.street(2));
  EXPECT_NE(streets.street(0), streets.street(3));
}

TEST_F(StreetIndexTest, OtherNamesAndNoNameAreApart) {
  const StreetIndex streets = Index({{1, 106.700, 10.77}, {2, 106.701, 10.77}, {0, 106.702, 10.77}},
                                    {"", "Lê Lợi", "Lê Lai"});
  EXPECT_NE(streets.street(0), streets.street(1));
  EXPECT_EQ(streets.street(2), StreetIndex::kNoStreet);
  EXPECT_EQ(streets.Id(StreetIndex::kNoStreet), "");
}

}  // namespace
}  // namespace citylayers::layers
