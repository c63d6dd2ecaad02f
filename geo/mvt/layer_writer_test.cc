#include "geo/mvt/layer_writer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "geo/mvt/tile_decoder.h"

namespace citylayers::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::vector<DecodedLayer> Decode(const std::string& tile) {
  auto layers = DecodeTile(tile);
  EXPECT_TRUE(layers.ok()) << layers.status();
  return layers.ok() ? *std::move(layers) : std::vector<DecodedLayer>{};
}

std::string Line() { return EncodeLineGeometry(TileLine{{0, 0}, {100, 50}}); }

TEST(LayerWriter, WhatIsWrittenIsReadBack) {
  LayerWriter layer("traffic");
  const LayerWriter::Tag tags[] = {{layer.Key("level"), layer.IntValue(3)},
                                   {layer.Key("name"), layer.StringValue("Lê Lợi")},
                                   {layer.Key("lag"), layer.IntValue(-5)}};
  EXPECT_TRUE(layer.AddFeature(GeometryType::kLine, 4294967295u, Line(), tags));
  std::string tile;
  layer.AppendTo(&tile);

  const auto layers = Decode(tile);
  ASSERT_THAT(layers, SizeIs(1));
  EXPECT_EQ(layers[0].name, "traffic");
  EXPECT_EQ(layers[0].version, 2u);
  EXPECT_EQ(layers[0].extent, 4096u);
  ASSERT_THAT(layers[0].features, SizeIs(1));
  const DecodedFeature& f = layers[0].features[0];
  EXPECT_EQ(f.id, 4294967295u);
  EXPECT_EQ(f.type, GeometryType::kLine);
  EXPECT_EQ(*layers[0].Find(f, "level"), DecodedValue(std::int64_t{3}));
  EXPECT_EQ(*layers[0].Find(f, "name"), DecodedValue(std::string("Lê Lợi")));
  EXPECT_EQ(*layers[0].Find(f, "lag"), DecodedValue(std::int64_t{-5}));
  EXPECT_EQ(layers[0].Find(f, "absent"), nullptr);
  EXPECT_THAT(f.parts, ElementsAre(ElementsAre(DecodedPoint{0, 0}, DecodedPoint{100, 50})));
}

TEST(LayerWriter, KeysAndValuesAreStoredOnce) {
  LayerWriter layer("roads");
  EXPECT_EQ(layer.Key("a"), 0u);
  EXPECT_EQ(layer.Key("b"), 1u);
  EXPECT_EQ(layer.Key("a"), 0u);
  EXPECT_EQ(layer.IntValue(1), 0u);
  EXPECT_EQ(layer.StringValue("1"), 1u);
  EXPECT_EQ(layer.IntValue(1), 0u);
}

TEST(LayerWriter, AFeatureWithoutGeometryIsNotAdded) {
  LayerWriter layer("roads");
  EXPECT_FALSE(layer.AddFeature(GeometryType::kLine, 1, "", {}));
  EXPECT_TRUE(layer.empty());
}

TEST(LayerWriter, AnEmptyLayerWritesNothing) {
  LayerWriter layer("roads");
  layer.Key("unused");
  std::string tile = "before";
  layer.AppendTo(&tile);
  EXPECT_EQ(tile, "before");
}

TEST(LayerWriter, IdZeroAndNoIdDiffer) {
  LayerWriter layer("roads");
  layer.AddFeature(GeometryType::kLine, 0, Line(), {});
  layer.AddFeature(GeometryType::kLine, std::nullopt, Line(), {});
  std::string tile;
  layer.AppendTo(&tile);
  const auto layers = Decode(tile);
  EXPECT_EQ(layers[0].features[0].id, 0u);
  EXPECT_EQ(layers[0].features[1].id, std::nullopt);
}

// The bytes must not change: entity tags and caches depend on them.
TEST(LayerWriter, GoldenBytes) {
  LayerWriter layer("p");
  const LayerWriter::Tag tag{layer.Key("k"), layer.IntValue(1)};
  layer.AddFeature(GeometryType::kPoint, 7, EncodePointGeometry(TileLine{{25, 17}}), {{tag}});
  std::string tile;
  layer.AppendTo(&tile);
  EXPECT_EQ(tile, std::string("\x1a\x1e\x78\x02\x0a\x01p"
                              "\x12\x0d\x08\x07\x12\x02\x00\x00\x18\x01\x22\x03\x09\x32\x22"
                              "\x1a\x01k\x22\x02\x28\x01\x28\x80\x20",
                              32));
}

TEST(LayerWriter, LayersOfATileStandOneAfterAnother) {
  std::string tile;
  for (const char* name : {"roads", "water"}) {
    LayerWriter layer(name, 512);
    layer.AddFeature(GeometryType::kLine, 1, Line(), {});
    layer.AppendTo(&tile);
  }
  const auto layers = Decode(tile);
  ASSERT_THAT(layers, SizeIs(2));
  EXPECT_EQ(layers[1].name, "water");
  EXPECT_EQ(layers[1].extent, 512u);
}

}  // namespace
}  // namespace citylayers::geo
