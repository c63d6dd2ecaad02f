#include "services/basemap/basemap_layer.h"

#include <gtest/gtest.h>

#include "geo/tile/tile_id.h"
#include "tests/support/small_pack.h"

namespace citylayers::basemap {
namespace {

class BasemapLayerTest : public ::testing::Test {
 protected:
  BasemapLayerTest() {
    EXPECT_TRUE(storage::WriteTestPack(dir_ / "pack").ok());
    layer_ = std::make_unique<BasemapLayer>(storage::CityPack::Open(dir_ / "pack").value());
  }
  layers::v1::Tile Tile(std::uint64_t key, std::string_view if_none_match = "") const {
    return layer_
        ->GetTile(geo::TileId::FromKey(key).value(), layers::v1::TILE_FORMAT_MVT, if_none_match)
        .value();
  }

  storage::TempDir dir_;
  std::unique_ptr<BasemapLayer> layer_;
};

TEST_F(BasemapLayerTest, ServesThePacksTilesAsTheyAre) {
  EXPECT_EQ(Tile(5).data(), "five");
  EXPECT_EQ(Tile(9).data(), "nine");
  EXPECT_NE(Tile(5).content_tag(), Tile(9).content_tag());
}

TEST_F(BasemapLayerTest, AnEmptyAreaHasNeitherBytesNorTag) {
  EXPECT_TRUE(Tile(6).data().empty());
  EXPECT_TRUE(Tile(6).content_tag().empty());
}

TEST_F(BasemapLayerTest, AHeldTileIsNotSentAgain) {
  const layers::v1::Tile again = Tile(5, Tile(5).content_tag());
  EXPECT_TRUE(again.not_modified());
  EXPECT_TRUE(again.data().empty());
  EXPECT_FALSE(Tile(5, "another").not_modified());
}

TEST_F(BasemapLayerTest, NoTileWithContentLiesOutsideItsBounds) {
  const common::v1::BoundingBox box = layer_->Describe().bounds();
  for (const std::uint64_t key : {5, 9}) {
    const LonLatBox tile = geo::TileId::FromKey(key)->Bounds();
    EXPECT_LT(box.west_deg(), tile.east_deg) << key;
    EXPECT_GT(box.east_deg(), tile.west_deg) << key;
    EXPECT_LT(box.south_deg(), tile.north_deg) << key;
    EXPECT_GT(box.north_deg(), tile.south_deg) << key;
  }
}

TEST_F(BasemapLayerTest, IsStaticAndSaysWhereItComesFrom) {
  const layers::v1::Layer layer = layer_->Describe();
  EXPECT_EQ(layer.kind(), layers::v1::LAYER_KIND_STATIC);
  EXPECT_EQ(layer.attribution(), "© test");
  EXPECT_EQ(layer_->live_state(), nullptr);
}

}  // namespace
}  // namespace citylayers::basemap
