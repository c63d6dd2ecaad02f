#include "services/traffic/cross_street.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/small_pack.h"

namespace citylayers::traffic {
namespace {

//            Hàm Nghi (primary)      Calmette (local)
//                 |                     |
//   0 --Lê Lợi--> 1 --Lê Lợi--> 2 --Lê Lợi--> 3      nothing crosses at 2
//                 |
//            Pasteur (tertiary)
class CrossStreetTest : public ::testing::Test {
 protected:
  CrossStreetTest() {
    roads_.names = {"", "Lê Lợi", "Hàm Nghi", "Pasteur", "Calmette"};
    Add(0, 1, 1, 4);  // 0
    Add(1, 2, 1, 4);  // 1
    Add(2, 3, 1, 4);  // 2
    Add(5, 1, 2, 2);  // 3: into 1
    Add(1, 6, 3, 4);  // 4: out of 1
    Add(3, 7, 4, 5);  // 5: out of 3
    roads_.node_count = 8;
    for (std::uint32_t from = 0; from < roads_.records.size(); ++from) {
      roads_.successor_begins.push_back(static_cast<std::uint32_t>(roads_.successors.size()));
      for (std::uint32_t to = 0; to < roads_.records.size(); ++to) {
        if (roads_.records[from].to_node == roads_.records[to].from_node) {
          roads_.successors.push_back(to);
        }
      }
    }
    roads_.successor_begins.push_back(static_cast<std::uint32_t>(roads_.successors.size()));
    storage::SaveFile(dir_ / "roads.bin", storage::EncodeRoads(roads_));
    file_ = *storage::SectionFile::Open(dir_ / "roads.bin", storage::SectionFileKind::kRoads);
    table_ = *storage::SegmentTable::FromFile(file_);
  }
  void Add(std::uint32_t from, std::uint32_t to, std::uint32_t name, std::uint8_t road_class) {
    storage::SegmentRecord record = storage::TestRoads().records[2];
    record.stable_id = 100 + roads_.records.size();
    record.from_node = from;
    record.to_node = to;
    record.name = name;
    record.road_class = road_class;
    record.first_point = static_cast<std::uint32_t>(roads_.points.size());
    roads_.points.push_back({1066980000, 107720000});
    roads_.points.push_back({1066990000, 107730000});
    roads_.records.push_back(record);
  }

  storage::TempDir dir_;
  storage::RoadColumns roads_;
  storage::SectionFile file_;
  storage::SegmentTable table_;
};

TEST_F(CrossStreetTest, TheMostImportantStreetWithAnotherNameIsNamed) {
  EXPECT_EQ(CrossStreet(table_, 0, /*ahead=*/true, "Lê Lợi"), "Hàm Nghi");
  EXPECT_EQ(CrossStreet(table_, 1, /*ahead=*/false, "Lê Lợi"), "Hàm Nghi");
}

TEST_F(CrossStreetTest, WhereNoneCrossesItGoesOnAlongTheStreet) {
  EXPECT_EQ(CrossStreet(table_, 1, /*ahead=*/true, "Lê Lợi"), "Calmette");
  EXPECT_EQ(CrossStreet(table_, 2, /*ahead=*/false, "Lê Lợi"), "Hàm Nghi");
}

TEST_F(CrossStreetTest, AtADeadEndThereIsNone) {
  EXPECT_EQ(CrossStreet(table_, 0, /*ahead=*/false, "Lê Lợi"), "");
  EXPECT_EQ(CrossStreet(table_, 5, /*ahead=*/true, "Calmette"), "");
}

}  // namespace
}  // namespace citylayers::traffic
