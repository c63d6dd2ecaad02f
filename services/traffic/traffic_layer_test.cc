#include "services/traffic/traffic_layer.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "citylayers/flood/v1/flood_service.pb.h"
#include "services/traffic/traffic_schema.h"
#include "tests/support/small_pack.h"

namespace citylayers::traffic {
namespace {

using ::testing::SizeIs;

constexpr std::int64_t kNowMs = 1'700'000'000'000;
const absl::Time kNow = absl::FromUnixMillis(kNowMs);
// The test pack's one tile with roads: segments 0 (Lê Lợi) and 2.
const geo::TileId kTile = geo::TileId::FromKey(77).value();

/// Speeds by the stable ids of the test pack: 900 and 901 are Lê Lợi, 300 follows it.
readings::v1::ReadingColumns Batch(
    const std::vector<std::tuple<int, std::int64_t, double, readings::v1::Quality>>& rows) {
  readings::v1::ReadingColumns batch;
  std::int64_t last_ms = 0;
  for (const auto& [id, time_ms, speed_kmh, quality] : rows) {
    batch.add_measure_indexes(static_cast<std::uint32_t>(batch.measures_size()));
    batch.add_measures("segments/" + std::to_string(id) + "/measures/speed");
    batch.add_time_deltas_ms(time_ms - last_ms);
    last_ms = time_ms;
    batch.add_values(speed_kmh);
    batch.add_qualities(quality);
  }
  return batch;
}

/// Folds a batch of a stream that begins with it.
void Fold(TrafficLayer& layer, const readings::v1::ReadingColumns& batch) {
  layer.BeginStream();
  layer.ApplyBatch(batch);
}

class TrafficLayerTest : public ::testing::Test {
 protected:
  TrafficLayerTest() {
    EXPECT_TRUE(storage::WriteTestPack(dir_ / "pack").ok());
    pack_ = storage::CityPack::Open(dir_ / "pack").value();
    layer_ = Make();
  }
  std::unique_ptr<TrafficLayer> Make(const TrafficLayer::Options& options = {.epoch = 1}) const {
    return std::make_unique<TrafficLayer>(pack_, options);
  }
  std::int32_t Value(const TrafficLayer& layer, Column column, std::uint32_t segment) const {
    return layer.state().frame()->sub_layers()[0].columns[column][segment];
  }
  layers::v1::Tile TileOf(const TrafficLayer& layer, std::string_view if_none_match = "") const {
    const auto tile = layer.GetTile(kTile, layers::v1::TILE_FORMAT_MVT, if_none_match);
    EXPECT_TRUE(tile.ok()) << tile.status();
    return *tile;
  }

  storage::TempDir dir_;
  std::shared_ptr<const storage::CityPack> pack_;
  std::unique_ptr<TrafficLayer> layer_;
};

TEST_F(TrafficLayerTest, LaterBatchesOfAStreamReferToMeasuresByTheirIndex) {
  layer_->BeginStream();
  layer_->ApplyBatch(Batch({{300, kNowMs, 40, readings::v1::QUALITY_GOOD},
                            {900, kNowMs, 40, readings::v1::QUALITY_GOOD}}));
  readings::v1::ReadingColumns batch;           // without a name
  for (const std::uint32_t index : {1U, 7U}) {  // 7 is past the dictionary
    batch.add_measure_indexes(index);
    batch.add_time_deltas_ms(index == 1 ? kNowMs + 1 : 0);
    batch.add_values(8);
  }
  layer_->ApplyBatch(batch);
  const absl::Time now = absl::FromUnixMillis(kNowMs + 1);
  EXPECT_EQ(layer_->Segment(0, now).view.speed_kmh, 8) << "segments/900";
  EXPECT_EQ(layer_->Segment(2, now).view.speed_kmh, 40) << "segments/300";
  layer_->BeginStream();
  batch.set_time_deltas_ms(0, kNowMs + 2);
  batch.set_values(0, 30);
  layer_->ApplyBatch(batch);
  EXPECT_EQ(layer_->Segment(0, now).view.speed_kmh, 8)
      << "the dictionary of the new stream is empty";
}

TEST_F(TrafficLayerTest, NothingIsDerivedWhileNothingChanges) {
  Fold(*layer_, Batch({{900, kNowMs, 8, readings::v1::QUALITY_GOOD}}));
  const auto derived = [&](absl::Time now) {
    const auto before = layer_->state().frame();
    layer_->Publish(now, false);
    return layer_->state().frame() != before;
  };
  EXPECT_TRUE(derived(kNow));
  EXPECT_FALSE(derived(kNow + absl::Seconds(1))) << "the very same frame, without a copy";

  Fold(*layer_, Batch({{900, kNowMs, 8, readings::v1::QUALITY_GOOD}}));
  EXPECT_FALSE(derived(kNow + absl::Seconds(1))) << "the same reading again";
  Fold(*layer_, Batch({{900, kNowMs + 500, 8, readings::v1::QUALITY_GOOD}}));
  EXPECT_TRUE(derived(kNow + absl::Seconds(1)));
  layer_->SetDepths({{.segment = 2, .depth_cm = 60}}, false);
  EXPECT_TRUE(derived(kNow + absl::Seconds(1)));
  EXPECT_EQ(Value(*layer_, kLevel, 2), 5);
  layer_->Clear();
  EXPECT_TRUE(derived(kNow + absl::Seconds(1)));
  EXPECT_EQ(Value(*layer_, kLevel, 0), 0);
}

TEST_F(TrafficLayerTest, ColumnsAreDerivedAgainWhenAReadingAges) {
  Fold(*layer_, Batch({{900, kNowMs, 40, readings::v1::QUALITY_GOOD}}));
  const AgePolicy ages;
  const auto age_class = [&](absl::Duration age) {
    layer_->Publish(kNow + age, false);
    return Value(*layer_, kAgeClass, 0);
  };
  const absl::Duration kJustBefore = -absl::Milliseconds(1);
  EXPECT_EQ(age_class(absl::ZeroDuration()), 0);
  EXPECT_EQ(age_class(ages.live + kJustBefore), 0);
  EXPECT_EQ(age_class(ages.live), 1);
  EXPECT_EQ(age_class(ages.ageing + kJustBefore), 1);
  EXPECT_EQ(age_class(ages.ageing), 2);
  EXPECT_EQ(Value(*layer_, kLevel, 0), 1);
  layer_->Publish(kNow + ages.unknown, false);
  EXPECT_EQ(Value(*layer_, kLevel, 0), 0);
  EXPECT_EQ(age_class(absl::ZeroDuration()), 0) << "the city clock went back";
}

TEST_F(TrafficLayerTest, AStreetBeyondTheTerrainIsNotDry) {
  storage::TestPackParts parts;
  parts.unknown_ground = {0, 0, 1};
  ASSERT_TRUE(storage::WriteTestPack(dir_ / "part", storage::TestManifest(), parts).ok());
  pack_ = storage::CityPack::Open(dir_ / "part").value();
  layer_ = Make();
  layer_->Publish(absl::FromUnixMillis(1), false);
  EXPECT_EQ(Value(*layer_, kFloodClass, 0), flood::v1::FLOOD_CLASS_DRY);
  EXPECT_EQ(Value(*layer_, kFloodClass, 2), flood::v1::FLOOD_CLASS_UNSPECIFIED);
}

TEST_F(TrafficLayerTest, SpeedsBecomeColumnsAndATile) {
  EXPECT_EQ(layer_->GetTile(kTile, layers::v1::TILE_FORMAT_MVT, "").status().code(),
            absl::StatusCode::kUnavailable);
  Fold(*layer_, Batch({{900, kNowMs, 8, readings::v1::QUALITY_GOOD},
                       {300, kNowMs, 40, readings::v1::QUALITY_PROFILE},
                       {12345, kNowMs, 1, readings::v1::QUALITY_GOOD},
                       {901, kNowMs, 1, readings::v1::QUALITY_SUSPECT}}));
  layer_->Publish(kNow, false);
  EXPECT_EQ(Value(*layer_, kLevel, 0), 3) << "8 of 40 km/h";
  EXPECT_EQ(Value(*layer_, kLevel, 1), 0) << "a suspect speed does not count";
  EXPECT_EQ(Value(*layer_, kLevel, 2), 1);
  EXPECT_EQ(Value(*layer_, kSource, 2), 2) << "a profile";
  EXPECT_EQ(layer_->Describe().notices(0), "profile_speeds");
  EXPECT_FALSE(TileOf(*layer_).data().empty());
  EXPECT_EQ(TileOf(*layer_).data_time().seconds(), kNowMs / 1000);
}

TEST_F(TrafficLayerTest, TheTagIsThatOfTheContentAndOfNothingElse) {
  Fold(*layer_, Batch({{900, kNowMs, 8, readings::v1::QUALITY_GOOD}}));
  layer_->Publish(kNow, false);
  const std::string tag = TileOf(*layer_).content_tag();
  EXPECT_TRUE(TileOf(*layer_, tag).not_modified());
  EXPECT_TRUE(TileOf(*layer_, tag).data().empty());

  Fold(*layer_, Batch({{901, kNowMs, 30, readings::v1::QUALITY_GOOD}}));
  layer_->Publish(kNow, false);
  EXPECT_EQ(TileOf(*layer_).content_tag(), tag) << "segment 1 is not in this tile";

  Fold(*layer_, Batch({{900, kNowMs + 1, 9, readings::v1::QUALITY_GOOD}}));
  layer_->Publish(kNow, false);
  EXPECT_NE(TileOf(*layer_).content_tag(), tag);
  Fold(*layer_, Batch({{900, kNowMs + 2, 8, readings::v1::QUALITY_GOOD}}));
  layer_->Publish(kNow, false);
  EXPECT_EQ(TileOf(*layer_).content_tag(), tag) << "the same content again";
}

TEST_F(TrafficLayerTest, TheBadgeOfTypicalSpeedsGoesWithTheLastOfThem) {
  const auto notices = [this] { return layer_->Describe().notices_size(); };
  Fold(*layer_, Batch({{900, kNowMs, 40, readings::v1::QUALITY_PROFILE}}));
  layer_->Publish(kNow, false);
  EXPECT_EQ(notices(), 1);
  layer_->Publish(kNow + absl::Hours(1), false);
  EXPECT_EQ(notices(), 0) << "forgotten";
  Fold(*layer_, Batch({{900, kNowMs + 1, 40, readings::v1::QUALITY_PROFILE}}));
  layer_->Publish(kNow, false);
  EXPECT_EQ(notices(), 1);
  Fold(*layer_, Batch({{900, kNowMs + 2, 40, readings::v1::QUALITY_GOOD}}));
  layer_->Publish(kNow, false);
  EXPECT_EQ(notices(), 0) << "measured";
}

TEST_F(TrafficLayerTest, WaterClosesARoadAndGoes) {
  Fold(*layer_, Batch({{900, kNowMs, 40, readings::v1::QUALITY_GOOD}}));
  layer_->SetDepths({{0, 55}, {999, 100}}, true);
  layer_->Publish(kNow, false);
  EXPECT_EQ(Value(*layer_, kLevel, 0), 5);
  EXPECT_EQ(Value(*layer_, kFloodClass, 0), flood::v1::FLOOD_CLASS_DEEP);
  EXPECT_DOUBLE_EQ(layer_->Segment(0, kNow).depth_m, 0.55);
  layer_->SetDepths({}, true);
  layer_->Publish(kNow, false);
  EXPECT_EQ(Value(*layer_, kLevel, 0), 1);
}

TEST_F(TrafficLayerTest, ARoadClosesAtTheCentimetreThatTheOptionNames) {
  for (const int closed_cm : {10, 30, 55, 69, 70, 71, 110}) {
    const auto layer = Make({.closed_depth_m = closed_cm / 100.0});
    layer->SetDepths({{0, closed_cm - 1}, {2, closed_cm}}, true);
    layer->Publish(kNow, false);
    EXPECT_NE(Value(*layer, kLevel, 0), 5) << closed_cm - 1 << " of " << closed_cm << " cm";
    EXPECT_EQ(Value(*layer, kLevel, 2), 5) << closed_cm << " cm";
  }
}

TEST_F(TrafficLayerTest, AJamIsMadeOfSpeedsNotOfWaterAlone) {
  // A queue whose speeds have expired, on a street that is slow because of its water.
  Fold(*layer_, Batch({{900, kNowMs, 3, readings::v1::QUALITY_GOOD},
                       {300, kNowMs, 3, readings::v1::QUALITY_PROFILE}}));
  layer_->SetDepths({{0, 40}, {2, 40}}, true);
  layer_->Publish(kNow, false);
  ASSERT_THAT(layer_->jams()->items, SizeIs(1)) << "typical speeds count";
  EXPECT_DOUBLE_EQ(layer_->jams()->items.front().live_share, 0.5);
  layer_->Publish(kNow + absl::Hours(2), false);
  EXPECT_EQ(Value(*layer_, kLevel, 0), 4);
  EXPECT_THAT(layer_->jams()->items, SizeIs(0));
}

TEST_F(TrafficLayerTest, TheLiveShareOfAJamFallsToNothingInSilence) {
  Fold(*layer_, Batch({{900, kNowMs, 3, readings::v1::QUALITY_GOOD},
                       {300, kNowMs, 3, readings::v1::QUALITY_GOOD}}));
  const auto share_after = [this](absl::Duration silence) {
    layer_->Publish(kNow + silence, false);
    EXPECT_THAT(layer_->jams()->items, SizeIs(1));
    return layer_->jams()->items.empty() ? -1 : layer_->jams()->items.front().live_share;
  };
  EXPECT_DOUBLE_EQ(share_after(absl::ZeroDuration()), 1);
  EXPECT_DOUBLE_EQ(share_after(absl::Minutes(9)), 1);
  EXPECT_NEAR(share_after(absl::Minutes(15)), 0.5, 1e-6);
  EXPECT_DOUBLE_EQ(share_after(absl::Minutes(20)), 0);
  EXPECT_DOUBLE_EQ(share_after(absl::Minutes(59)), 0);
  Fold(*layer_, Batch({{900, kNowMs + 59 * 60'000, 3, readings::v1::QUALITY_GOOD}}));
  EXPECT_NEAR(share_after(absl::Minutes(59)), 0.5, 1e-6) << "one of two sends again";
}

TEST_F(TrafficLayerTest, NothingIsShownBeforeTheWaterIsKnown) {
  const auto layer = Make({.expects_water = true});
  layer->Publish(kNow, false);
  EXPECT_TRUE(layer->AwaitsWater());
  EXPECT_EQ(layer->GetTile(kTile, layers::v1::TILE_FORMAT_MVT, "").status().code(),
            absl::StatusCode::kUnavailable);
  layer->SetDepths({{0, 55}}, true);
  EXPECT_FALSE(layer->AwaitsWater());
  layer->Publish(kNow, false);
  EXPECT_EQ(Value(*layer, kLevel, 0), 5) << "the first state is that of a flooded street";
  EXPECT_FALSE(layer->state().frame()->stale);
}

TEST_F(TrafficLayerTest, WaterThatIsNoLongerHeardStaysAndIsStale) {
  const auto layer = Make({.expects_water = true});
  layer->SetDepths({{0, 55}}, true);
  layer->SetWaterUnavailable();
  layer->Publish(kNow, false);
  EXPECT_EQ(Value(*layer, kLevel, 0), 5);
  EXPECT_TRUE(layer->state().frame()->stale);
  layer->SetDepths({{0, 20}}, true);
  layer->Publish(kNow, false);
  EXPECT_NE(Value(*layer, kLevel, 0), 5);
  EXPECT_FALSE(layer->state().frame()->stale);
}

TEST_F(TrafficLayerTest, WithoutAFloodServerItGoesOnStale) {
  const auto layer = Make({.expects_water = true});
  layer->StopAwaitingWater();
  layer->Publish(kNow, false);
  EXPECT_FALSE(layer->state().frame()->sub_layers().empty());
  EXPECT_TRUE(layer->state().frame()->stale);
  const auto again = Make({.expects_water = true});
  ASSERT_TRUE(again->Restore(layer->MakeCheckpoint()));
  EXPECT_TRUE(again->AwaitsWater()) << "the water was never known";
}

TEST_F(TrafficLayerTest, ARestartOpensNoFloodedStreet) {
  const auto layer = Make({.expects_water = true});
  Fold(*layer, Batch({{900, kNowMs, 40, readings::v1::QUALITY_GOOD}}));
  layer->SetDepths({{0, 55}, {2, 20}}, true);
  layer->Publish(kNow, false);

  const auto back = Make({.expects_water = true});
  ASSERT_TRUE(back->Restore(layer->MakeCheckpoint()));
  back->Publish(kNow, false);
  EXPECT_EQ(TileOf(*back).content_tag(), TileOf(*layer).content_tag());
  EXPECT_EQ(Value(*back, kLevel, 0), 5);
  EXPECT_TRUE(back->state().frame()->stale) << "the flood layer has not answered";
  back->Clear();
  back->Publish(kNow, false);
  EXPECT_EQ(Value(*back, kLevel, 0), 5) << "a new log does not change the water";
  back->SetDepths({}, true);
  back->Publish(kNow, false);
  EXPECT_EQ(Value(*back, kLevel, 0), 0);
  EXPECT_FALSE(back->state().frame()->stale);
}

TEST_F(TrafficLayerTest, ACheckpointServesTheSameTileAndTheSameJam) {
  Fold(*layer_, Batch({{900, kNowMs, 3, readings::v1::QUALITY_GOOD},
                       {300, kNowMs, 3, readings::v1::QUALITY_GOOD}}));
  layer_->SetOffset(42);
  layer_->Publish(kNow, false);
  ASSERT_THAT(layer_->jams()->items, SizeIs(1));
  const storage::Checkpoint checkpoint = layer_->MakeCheckpoint();
  EXPECT_EQ(checkpoint.log_offset, 42U);

  const auto back = Make();
  ASSERT_TRUE(back->Restore(checkpoint));
  back->Publish(kNow, false);
  EXPECT_EQ(TileOf(*back).data(), TileOf(*layer_).data());
  EXPECT_EQ(TileOf(*back).content_tag(), TileOf(*layer_).content_tag());
  ASSERT_THAT(back->jams()->items, SizeIs(1));
  EXPECT_EQ(back->jams()->items.front().jam.id, layer_->jams()->items.front().jam.id);
  EXPECT_DOUBLE_EQ(back->jams()->items.front().live_share, 1);

  storage::Checkpoint other = checkpoint;
  other.pack_id = "another pack";
  EXPECT_FALSE(Make()->Restore(other));
  other = checkpoint;
  other.kind_version = 1;
  EXPECT_FALSE(Make()->Restore(other)) << "it has no water: the log is read again";
  for (const std::size_t size : {checkpoint.payload.size() / 2, checkpoint.payload.size() - 1}) {
    other = checkpoint;
    other.payload.resize(size);
    EXPECT_FALSE(Make()->Restore(other)) << size << " bytes";
  }
}

}  // namespace
}  // namespace citylayers::traffic
