#include "services/flood/flood_layer.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "citylayers/flood/v1/flood_service.pb.h"
#include "services/flood/flood_schema.h"
#include "tests/support/flood_pack.h"
#include "tests/support/fold_reading.h"

namespace citylayers::flood {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::int64_t kStartMs = 1'700'000'000'000;
constexpr std::int64_t kMinuteMs = 60'000;
const absl::Time kNow = absl::FromUnixMillis(kStartMs);

class FloodLayerTest : public ::testing::Test {
 protected:
  FloodLayerTest() : pack_(FloodTestPack(dir_ / "pack")), layer_(Make()) {}

  std::shared_ptr<FloodLayer> Make() const {
    return FloodLayer::Make(pack_, {.rain = {}, .epoch = 1}).value();
  }
  /// Both gauges read the stage, and the layer is published.
  static void Tide(FloodLayer& layer, int minute, double stage_m) {
    for (const char* station : {"west", "east"}) {
      layers::FoldReading(layer, std::string("stations/") + station + "/measures/water_level",
                          kStartMs + minute * kMinuteMs, stage_m);
    }
    layer.Publish(kNow, false);
  }
  static const std::vector<std::int32_t>& Column(const FloodLayer& layer, StreetColumn column) {
    return layer.state().frame()->sub_layers()[kStreets].columns[column];
  }
  static layers::v1::Tile TileOf(const FloodLayer& layer, geo::TileId tile,
                                 layers::v1::TileFormat format = layers::v1::TILE_FORMAT_MVT,
                                 std::string_view if_none_match = "") {
    const auto made = layer.GetTile(tile, format, if_none_match);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.value_or(layers::v1::Tile());
  }

  storage::TempDir dir_;
  std::shared_ptr<const storage::CityPack> pack_;
  std::shared_ptr<FloodLayer> layer_;
};

TEST_F(FloodLayerTest, AStageBecomesDepthOnStreetsAndTiles) {
  EXPECT_EQ(layer_->GetTile(StreetTile(), layers::v1::TILE_FORMAT_MVT, "").status().code(),
            absl::StatusCode::kUnavailable);
  Tide(*layer_, 0, 0.62);
  EXPECT_THAT(Column(*layer_, kDepthCm), ElementsAre(32, 32, 12)) << "0.62 less 0.30 and 0.50";
  EXPECT_THAT(Column(*layer_, kClass), ElementsAre(v1::FLOOD_CLASS_FLOODED, v1::FLOOD_CLASS_FLOODED,
                                                   v1::FLOOD_CLASS_PONDING));
  EXPECT_EQ(layer_->state().frame()->data_time, kNow);
  EXPECT_THAT(TileOf(*layer_, StreetTile(), layers::v1::TILE_FORMAT_PNG).data(), HasSubstr("PNG"));
  const std::string tile = TileOf(*layer_, StreetTile()).data();
  EXPECT_THAT(tile, HasSubstr("depth"));
  EXPECT_THAT(tile, HasSubstr("streets"));
  EXPECT_THAT(TileOf(*layer_, QuietTile()).data(), Not(HasSubstr("streets")));

  Tide(*layer_, 10, 0.05);
  EXPECT_THAT(Column(*layer_, kDepthCm), ElementsAre(0, 0, 0));
  EXPECT_THAT(TileOf(*layer_, StreetTile()).data(), IsEmpty());
  EXPECT_THAT(TileOf(*layer_, StreetTile(), layers::v1::TILE_FORMAT_PNG).data(), IsEmpty());
}

// The terrain covers only a part of the first street: water there is reported, dryness is not.
TEST_F(FloodLayerTest, AStreetBeyondTheTerrainIsNotDry) {
  pack_ = FloodTestPack(dir_ / "part", /*terrain=*/true, kTestCity, "Lê Lợi", {1, 1, 0});
  layer_ = Make();
  Tide(*layer_, 0, 0.05);
  EXPECT_THAT(Column(*layer_, kDepthCm), ElementsAre(0, 0, 0));
  EXPECT_THAT(
      Column(*layer_, kClass),
      ElementsAre(v1::FLOOD_CLASS_UNSPECIFIED, v1::FLOOD_CLASS_UNSPECIFIED, v1::FLOOD_CLASS_DRY));
  EXPECT_THAT(TileOf(*layer_, StreetTile()).data(), IsEmpty()) << "a tile shows wet streets";
  Tide(*layer_, 10, 0.62);
  EXPECT_THAT(Column(*layer_, kClass), ElementsAre(v1::FLOOD_CLASS_FLOODED, v1::FLOOD_CLASS_FLOODED,
                                                   v1::FLOOD_CLASS_PONDING));
}

TEST_F(FloodLayerTest, WhatIsTooShallowForAClassIsDry) {
  Tide(*layer_, 0, 0.39);
  EXPECT_THAT(Column(*layer_, kDepthCm), ElementsAre(0, 0, 0)) << "nine centimetres";
}

// The page and the caches read a tile again only when it is listed. If tiles were not listed during
// a slow tide, they would keep the picture of low water.
TEST_F(FloodLayerTest, ASlowTideListsEveryTileItChanges) {
  const std::vector<geo::TileId> tiles = {StreetTile(), QuietTile()};
  const std::vector<layers::v1::TileFormat> formats = {layers::v1::TILE_FORMAT_PNG,
                                                       layers::v1::TILE_FORMAT_MVT};
  std::map<std::pair<geo::TileId, layers::v1::TileFormat>, std::string> held;
  Tide(*layer_, 0, 0.25);
  for (geo::TileId tile : tiles) {
    for (layers::v1::TileFormat format : formats)
      held[{tile, format}] = TileOf(*layer_, tile, format).content_tag();
  }
  int listed = 0;
  for (int minute = 1; minute <= 60; ++minute) {
    const LayerVersion before = layer_->state().frame()->version;
    Tide(*layer_, minute, 0.25 + 0.0067 * minute);
    const auto frame = layer_->state().frame();
    const auto changes = layer_->state().ChangesBetween(before, *frame);
    ASSERT_TRUE(changes.has_value());
    for (geo::TileId tile : changes->tiles) {
      for (layers::v1::TileFormat format : formats) {
        if (auto it = held.find({tile, format}); it != held.end()) {
          it->second = TileOf(*layer_, tile, format).content_tag();
          ++listed;
        }
      }
    }
    for (const auto& [key, tag] : held) {
      ASSERT_TRUE(TileOf(*layer_, key.first, key.second, tag).not_modified())
          << key.second << " at minute " << minute << " changed and was not listed";
    }
  }
  EXPECT_GT(listed, 100) << "forty centimetres are more than one step";
}

TEST_F(FloodLayerTest, LessThanACentimetreIsNotToldUntilItAddsUp) {
  Tide(*layer_, 0, 0.7510);
  const LayerVersion told = layer_->state().frame()->version;
  const std::string tag = TileOf(*layer_, QuietTile(), layers::v1::TILE_FORMAT_PNG).content_tag();
  Tide(*layer_, 1, 0.7520);
  Tide(*layer_, 2, 0.7530);
  EXPECT_EQ(layer_->state().frame()->version, told);
  EXPECT_EQ(TileOf(*layer_, QuietTile(), layers::v1::TILE_FORMAT_PNG).content_tag(), tag)
      << "one version has one content";
  EXPECT_EQ(layer_->state().frame()->data_time, absl::FromUnixMillis(kStartMs + 2 * kMinuteMs));
  Tide(*layer_, 3, 0.7610);
  EXPECT_NE(layer_->state().frame()->version, told);
  EXPECT_NE(TileOf(*layer_, QuietTile(), layers::v1::TILE_FORMAT_PNG).content_tag(), tag);
}

// After a crash the same readings come in other batches, and must give the same tiles.
TEST_F(FloodLayerTest, WaterDoesNotDependOnWhenItWasLookedAt) {
  for (int minute = 0; minute <= 20; ++minute) Tide(*layer_, minute, 0.60 + 0.003 * minute);
  const auto once = Make();
  Tide(*once, 20, 0.66);
  EXPECT_EQ(TileOf(*once, StreetTile()).data(), TileOf(*layer_, StreetTile()).data());
  EXPECT_EQ(TileOf(*once, QuietTile(), layers::v1::TILE_FORMAT_PNG).content_tag(),
            TileOf(*layer_, QuietTile(), layers::v1::TILE_FORMAT_PNG).content_tag());
}

TEST_F(FloodLayerTest, AFrameKeepsItsTiles) {
  Tide(*layer_, 0, 0.62);
  const auto frame = layer_->state().frame();
  const layers::v1::Tile before = TileOf(*layer_, StreetTile());
  Tide(*layer_, 10, 0.90);
  const auto again = layer_->GetTileAt(frame.get(), StreetTile(), layers::v1::TILE_FORMAT_MVT, "");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->SerializeAsString(), before.SerializeAsString());
  EXPECT_NE(TileOf(*layer_, StreetTile()).data(), before.data());
}

TEST_F(FloodLayerTest, TagsFollowContentAndCoding) {
  Tide(*layer_, 0, 0.62);
  const std::string mvt = TileOf(*layer_, QuietTile(), layers::v1::TILE_FORMAT_MVT).content_tag();
  const std::string png = TileOf(*layer_, QuietTile(), layers::v1::TILE_FORMAT_PNG).content_tag();
  EXPECT_NE(mvt, png);
  EXPECT_TRUE(TileOf(*layer_, QuietTile(), layers::v1::TILE_FORMAT_PNG, png).not_modified());
  EXPECT_FALSE(TileOf(*layer_, QuietTile(), layers::v1::TILE_FORMAT_PNG, mvt).not_modified());
  Tide(*layer_, 10, 0.90);
  EXPECT_NE(TileOf(*layer_, QuietTile(), layers::v1::TILE_FORMAT_PNG).content_tag(), png);
  Tide(*layer_, 20, 0.62);
  EXPECT_EQ(TileOf(*layer_, QuietTile(), layers::v1::TILE_FORMAT_PNG).content_tag(), png)
      << "the same water again";
}

TEST_F(FloodLayerTest, ACheckpointServesTheSameTile) {
  layers::FoldReading(*layer_, "stations/rain/measures/rainfall", kStartMs, 60);
  layer_->SetOffset(42);
  Tide(*layer_, 0, 0.62);
  const storage::Checkpoint checkpoint = layer_->MakeCheckpoint();
  EXPECT_EQ(checkpoint.log_offset, 42U);

  const auto back = Make();
  ASSERT_TRUE(back->Restore(checkpoint));
  back->Publish(kNow, true);
  EXPECT_EQ(TileOf(*back, StreetTile()).data(), TileOf(*layer_, StreetTile()).data());
  EXPECT_EQ(TileOf(*back, StreetTile()).content_tag(), TileOf(*layer_, StreetTile()).content_tag());
  EXPECT_TRUE(back->Describe().stale());

  storage::Checkpoint other = checkpoint;
  other.kind = "traffic";
  EXPECT_FALSE(Make()->Restore(other));
  other = checkpoint;
  other.payload.resize(other.payload.size() / 2);
  EXPECT_FALSE(Make()->Restore(other));
}

TEST_F(FloodLayerTest, SuspectReadingsAndOthersArePassedOver) {
  readings::v1::ReadingColumns batch;
  for (const char* measure : {"stations/west/measures/water_level",
                              "stations/west/measures/salinity", "segments/1/measures/speed"}) {
    batch.add_measure_indexes(static_cast<std::uint32_t>(batch.measures_size()));
    batch.add_measures(measure);
    batch.add_time_deltas_ms(batch.measures_size() == 1 ? kStartMs : 0);
    batch.add_values(3);
    batch.add_qualities(batch.measures_size() == 1 ? readings::v1::QUALITY_SUSPECT
                                                   : readings::v1::QUALITY_GOOD);
  }
  layer_->BeginStream();
  layer_->ApplyBatch(batch);
  layer_->Publish(kNow, false);
  EXPECT_THAT(Column(*layer_, kDepthCm), ElementsAre(0, 0, 0));
  EXPECT_THAT(layer_->Describe().notices(), Not(Contains("reconstructed_stages")));
  batch.set_qualities(0, readings::v1::QUALITY_ESTIMATED);
  batch.clear_measures();  // named once per stream
  layer_->ApplyBatch(batch);
  layer_->Publish(kNow, false);
  EXPECT_THAT(Column(*layer_, kDepthCm), ElementsAre(270, 270, 250));
  EXPECT_THAT(layer_->Describe().notices(), Contains("reconstructed_stages"));
}

TEST_F(FloodLayerTest, WithoutTerrainItSaysWhyAndStillKnowsItsStages) {
  const auto bare =
      FloodLayer::Make(FloodTestPack(dir_ / "bare", false), {.rain = {}, .epoch = 1}).value();
  Tide(*bare, 0, 0.62);
  EXPECT_THAT(bare->Describe().unavailable_reason(), HasSubstr("no --terrain was given"));
  EXPECT_THAT(Column(*bare, kDepthCm), ElementsAre(0, 0, 0));
  EXPECT_EQ(bare->GetTile(StreetTile(), layers::v1::TILE_FORMAT_MVT, "").status().code(),
            absl::StatusCode::kUnavailable);
  ASSERT_EQ(bare->Stages().size(), 2U);
  EXPECT_EQ(bare->Stages()[0].now->stage_m, 0.62);
}

}  // namespace
}  // namespace citylayers::flood
