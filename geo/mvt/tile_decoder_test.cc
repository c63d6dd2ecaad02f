#include "geo/mvt/tile_decoder.h"

#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "geo/mvt/layer_writer.h"

namespace citylayers::geo {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string SampleTile() {
  LayerWriter layer("roads");
  const LayerWriter::Tag tag{layer.Key("name"), layer.StringValue("Nguyễn Huệ")};
  layer.AddFeature(GeometryType::kLine, 1, EncodeLineGeometry(TileLine{{0, 0}, {9, 9}, {20, 5}}),
                   {{tag}});
  layer.AddFeature(GeometryType::kPolygon, 2,
                   EncodePolygonGeometry(TilePolygon{{{{0, 0}, {9, 0}, {9, 9}}}}), {{tag}});
  std::string tile;
  layer.AppendTo(&tile);
  return tile;
}

TEST(DecodeTile, NoBytesAreAnEmptyTile) { EXPECT_THAT(DecodeTile("").value(), IsEmpty()); }

TEST(DecodeTile, TheMessageNamesLayerFeatureAndRule) {
  LayerWriter layer("roads");
  layer.AddFeature(GeometryType::kLine, 1, "\x0f", {});  // ClosePath at the start
  std::string tile;
  layer.AppendTo(&tile);
  const auto bad = DecodeTile(tile);
  EXPECT_EQ(bad.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(bad.status().message(),
              HasSubstr("layer 'roads', feature 0: geometry has command 7"));
}

TEST(DecodeTile, ATagWithoutItsValueIsRefused) {
  LayerWriter layer("roads");
  const LayerWriter::Tag tag{layer.Key("name"), 12};
  layer.AddFeature(GeometryType::kPoint, 1, EncodePointGeometry(TileLine{{1, 1}}), {{tag}});
  std::string tile;
  layer.AppendTo(&tile);
  EXPECT_THAT(DecodeTile(tile).status().message(), HasSubstr("value 12 that is missing"));
}

TEST(DecodeTile, EveryTruncationIsAnErrorOrATile) {
  const std::string tile = SampleTile();
  for (std::size_t size = 1; size < tile.size(); ++size) {
    EXPECT_FALSE(DecodeTile(tile.substr(0, size)).ok()) << size;
  }
}

TEST(DecodeTile, RandomDamageNeverCrashes) {
  std::mt19937 random(99);
  const std::string tile = SampleTile();
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = tile;
    for (int i = 0; i < 3; ++i) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    refused += DecodeTile(damaged).ok() ? 0 : 1;
  }
  EXPECT_GT(refused, 10000);
}

TEST(DecodeTile, RandomBytesNeverCrash) {
  std::mt19937 random(100);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    DecodeTile(bytes).status().IgnoreError();
  }
}

}  // namespace
}  // namespace citylayers::geo
