#include "geo/mvt/geometry.h"

#include <initializer_list>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

// All integers of the specification's examples are under 128, so each takes one byte.
std::string Bytes(std::initializer_list<int> integers) {
  std::string out;
  for (const int i : integers) out.push_back(static_cast<char>(i));
  return out;
}

// Examples of the specification, section 4.3.5.
TEST(MvtGeometry, PointExamples) {
  EXPECT_EQ(EncodePointGeometry(TileLine{{25, 17}}), Bytes({9, 50, 34}));
  EXPECT_EQ(EncodePointGeometry(TileLine{{5, 7}, {3, 2}}), Bytes({17, 10, 14, 3, 9}));
}

TEST(MvtGeometry, LineExamples) {
  EXPECT_EQ(EncodeLineGeometry(TileLine{{2, 2}, {2, 10}, {10, 10}}),
            Bytes({9, 4, 4, 18, 0, 16, 16, 0}));
  const std::vector<TileLine> two = {{{2, 2}, {2, 10}, {10, 10}}, {{1, 1}, {3, 5}}};
  EXPECT_EQ(EncodeLineGeometry(two), Bytes({9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8}));
}

TEST(MvtGeometry, PolygonExamples) {
  EXPECT_EQ(EncodePolygonGeometry(TilePolygon{{{{3, 6}, {8, 12}, {20, 34}}}}),
            Bytes({9, 6, 12, 18, 10, 12, 24, 44, 15}));
  const std::vector<TilePolygon> two = {
      {{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}}},
      {{{{11, 11}, {20, 11}, {20, 20}, {11, 20}}, {{13, 13}, {13, 17}, {17, 17}, {17, 13}}}}};
  EXPECT_EQ(EncodePolygonGeometry(two),
            Bytes({9, 0,  0,  26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0,
                   0, 18, 17, 0,  15, 9, 4, 13, 26, 0, 8,  8, 0,  0, 7,  15}));
}

TEST(MvtGeometry, WindingIsPutRight) {
  const TilePolygon right{{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}}};
  const TilePolygon wrong{{{{0, 0}, {0, 10}, {10, 10}, {10, 0}}}};
  EXPECT_EQ(EncodePolygonGeometry(wrong), EncodePolygonGeometry(right));
}

TEST(MvtGeometry, PointsThatRoundTogetherAreDropped) {
  EXPECT_EQ(EncodeLineGeometry(TileLine{{0, 0}, {0.2, 0.3}, {5, 5}, {5.4, 4.6}}),
            EncodeLineGeometry(TileLine{{0, 0}, {5, 5}}));
  EXPECT_EQ(EncodeLineGeometry(TileLine{{1, 1}, {1.2, 1.1}}), "");
  EXPECT_EQ(EncodeLineGeometry(TileLine{{1, 1}}), "");
  EXPECT_EQ(EncodeLineGeometry(TileLine{}), "");
  EXPECT_EQ(EncodePointGeometry(TileLine{}), "");
}

TEST(MvtGeometry, ARepeatedClosingPointIsDropped) {
  EXPECT_EQ(EncodePolygonGeometry(TilePolygon{{{{0, 0}, {10, 0}, {10, 10}, {0, 0}}}}),
            EncodePolygonGeometry(TilePolygon{{{{0, 0}, {10, 0}, {10, 10}}}}));
}

TEST(MvtGeometry, RingsWithoutAreaAreDropped) {
  EXPECT_EQ(EncodePolygonGeometry(TilePolygon{{{{0, 0}, {5, 0}, {10, 0}}}}), "");
  const TileLine square = {{0, 0}, {10, 0}, {10, 10}, {0, 10}};
  EXPECT_EQ(EncodePolygonGeometry(TilePolygon{{square, {{2, 2}, {2.1, 2.1}, {2, 2.1}}}}),
            EncodePolygonGeometry(TilePolygon{{square}}));
  EXPECT_EQ(EncodePolygonGeometry(TilePolygon{{{{0, 0}, {5, 0}, {10, 0}}, square}}), "")
      << "holes go with their outside";
}

}  // namespace
}  // namespace citylayers::geo
