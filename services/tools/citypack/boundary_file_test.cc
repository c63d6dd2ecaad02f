#include "services/tools/citypack/boundary_file.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/mvt/tile_decoder.h"
#include "geo/tile/tile_id.h"
#include "tests/support/small_city.h"

namespace citylayers::citypack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Feature(const std::string& name, const std::string& coordinates) {
  return R"({"type": "Feature", "properties": {"name": ")" + name +
         R"("}, "geometry": {"type": "Polygon", "coordinates": [)" + coordinates + "]}}";
}

std::string Collection(const std::string& features) {
  return R"({"type": "FeatureCollection", "features": [)" + features + "]}";
}

// Two wards side by side with a common border, and one whose ring crosses itself like an 8.
const char kWest[] = "[[106.70,10.77],[106.71,10.77],[106.71,10.78],[106.70,10.78],[106.70,10.77]]";
const char kEast[] = "[[106.71,10.77],[106.72,10.77],[106.72,10.78],[106.71,10.78],[106.71,10.77]]";
const char kEight[] =
    "[[106.73,10.77],[106.74,10.78],[106.74,10.77],[106.73,10.78],[106.73,10.77]]";

TEST(BoundaryFile, ReadsUnitsWithALabelInside) {
  const TempDir dir;
  SaveFile(dir / "w.geojson", Collection(Feature("Tây", kWest) + "," + Feature("Đông", kEast)));
  const auto b = ReadBoundaries(dir / "w.geojson");
  ASSERT_TRUE(b.ok()) << b.status();
  ASSERT_EQ(b->units.size(), 2u);
  EXPECT_EQ(b->units[0].name_vi, "Tây");
  EXPECT_TRUE((LonLatBox{106.70, 10.77, 106.71, 10.78}.Contains(b->units[0].label)));
  EXPECT_TRUE(b->warnings.empty());
}

TEST(BoundaryFile, CrossedRingIsRepairedAndUselessOneLeftOutByName) {
  const TempDir dir;
  SaveFile(
      dir / "w.geojson",
      Collection(Feature("Tám", kEight) + "," + Feature("Xa", "[[999,0],[999,1],[998,1],[999,0]]") +
                 R"(,{"type": "Feature", "properties": {"name": "Không"}, "geometry": null})" +
                 "," + Feature("Tây", kWest)));
  const auto b = ReadBoundaries(dir / "w.geojson");
  ASSERT_TRUE(b.ok()) << b.status();
  ASSERT_EQ(b->units.size(), 2u);
  EXPECT_EQ(b->units[0].rings.size(), 2u);  // the two halves of the 8
  EXPECT_THAT(b->warnings, ElementsAre(HasSubstr("\"Tám\" crosses itself: repaired"),
                                       HasSubstr("\"Xa\""), HasSubstr("\"Không\"")));
}

TEST(BoundaryFile, NeighboursShareOneBorder) {
  const TempDir dir;
  SaveFile(dir / "w.geojson", Collection(Feature("Tây", kWest) + "," + Feature("Đông", kEast)));
  BaseMap map;
  ASSERT_TRUE(AddBoundaries(ReadBoundaries(dir / "w.geojson")->units, &map).ok());
  const auto tiles = map.Tiles();
  const auto it = tiles.find(geo::TileId::FromLonLat({106.71, 10.775}, 12)->Key());
  ASSERT_NE(it, tiles.end());
  const auto layers = geo::DecodeTile(it->second);
  ASSERT_TRUE(layers.ok());
  ASSERT_EQ((*layers)[0].name, "boundary");
  // Two outer arcs and the border between them, which is stored once.
  EXPECT_EQ((*layers)[0].features.size(), 3u);
  ASSERT_EQ((*layers)[1].name, "place");
  EXPECT_EQ((*layers)[1].features.size(), 2u);
}

TEST(BoundaryFile, ForeignFilesAreRefused) {
  const TempDir dir;
  EXPECT_TRUE(absl::IsNotFound(ReadBoundaries(dir / "none.geojson").status()));
  for (const char* text :
       {"", "{}", "hello", "{\"type\": \"FeatureCollection\", \"features\": []}"}) {
    SaveFile(dir / "bad.geojson", text);
    const auto b = ReadBoundaries(dir / "bad.geojson");
    EXPECT_TRUE(absl::IsInvalidArgument(b.status())) << text;
    EXPECT_THAT(b.status().message(), HasSubstr("bad.geojson"));
  }
  SaveFile(dir / "bad.geojson.gz", "not compressed");
  EXPECT_TRUE(absl::IsInvalidArgument(ReadBoundaries(dir / "bad.geojson.gz").status()));
}

}  // namespace
}  // namespace citylayers::citypack
