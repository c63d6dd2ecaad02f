#include "services/layers/watch_source.h"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/support/proto_time.h"
#include "tests/support/row_layer.h"

namespace citylayers::layers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = runtime::StreamStep::Kind;

class WatchSourceTest : public ::testing::Test {
 protected:
  std::unique_ptr<WatchSource> Watch(const v1::WatchLayerRequest& request = {}) {
    auto source = WatchSource::Make(layer_, request, {}, clock_);
    EXPECT_TRUE(source.ok()) << source.status();
    return *std::move(source);
  }
  Kind Next(WatchSource& source) {
    response_.Clear();
    const auto step = source.Next(&response_);
    EXPECT_TRUE(step.ok()) << step.status();
    return step->kind;
  }
  void Pass(absl::Duration time) { clock_.now += time; }

  std::shared_ptr<RowLayer> layer_ = std::make_shared<RowLayer>();
  SetClock clock_;
  v1::WatchLayerResponse response_;
};

TEST_F(WatchSourceTest, BeginsWithASnapshotOfRowsThatAreNotDefault) {
  layer_->Publish({0, 3, 0, 4});
  auto source = Watch();
  ASSERT_EQ(Next(*source), Kind::kMessage);
  const v1::Snapshot& snapshot = response_.snapshot();
  EXPECT_EQ(snapshot.pack_id(), "pack-1");
  EXPECT_EQ(snapshot.version().epoch(), 9U);
  EXPECT_EQ(FromProtoTime(snapshot.data_time()), absl::FromUnixSeconds(77));
  ASSERT_EQ(snapshot.rows_size(), 1);
  EXPECT_THAT(snapshot.rows(0).id_gaps(), ElementsAre(1, 2)) << "rows 1 and 3";
  ASSERT_EQ(snapshot.rows(0).columns_size(), 1) << "age is not watched by default";
  EXPECT_THAT(snapshot.rows(0).columns(0).values(), ElementsAre(3, 4));
}

TEST_F(WatchSourceTest, WaitsForTheFirstState) {
  auto source = Watch();
  EXPECT_EQ(Next(*source), Kind::kWait);
  Pass(absl::Seconds(5));
  ASSERT_EQ(Next(*source), Kind::kMessage) << "meanwhile it shows that it lives";
  EXPECT_FALSE(response_.heartbeat().has_version());
  EXPECT_EQ(Next(*source), Kind::kWait);
  layer_->Publish({1, 1, 1, 1});
  EXPECT_EQ(Next(*source), Kind::kMessage);
}

TEST_F(WatchSourceTest, NoticesComeWithSnapshotsAndAtOnceWhenTheyChange) {
  layer_->Publish({1, 1, 1, 1});
  layer_->state->SetNotices({"profile_speeds"});
  v1::WatchLayerRequest request;
  auto source = *WatchSource::Make(layer_, request, {.notices = {"pack_changed:a:b"}}, clock_);
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_THAT(response_.snapshot().notices(), ElementsAre("profile_speeds", "pack_changed:a:b"));
  EXPECT_EQ(Next(*source), Kind::kWait);
  layer_->state->SetNotices({});
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_THAT(response_.heartbeat().notices(), ElementsAre("pack_changed:a:b"));
  EXPECT_EQ(Next(*source), Kind::kWait);
}

// A layer that never changes.
class StillLayer final : public Layer {
 public:
  std::string_view id() const override { return "still"; }
  const v1::Layer& description() const override { return description_; }
  absl::StatusOr<v1::Tile> GetTileAt(const Frame*, geo::TileId, v1::TileFormat,
                                     std::string_view) const override {
    return v1::Tile();
  }

 private:
  const v1::Layer description_;
};

TEST_F(WatchSourceTest, AStaticLayerIsFollowedByItsHeartbeats) {
  const auto layer = std::make_shared<StillLayer>();
  v1::WatchLayerRequest request;
  EXPECT_EQ(WatchSource::Make(layer, request, {}, clock_).status().code(),
            absl::StatusCode::kFailedPrecondition);
  request.set_tiles_only(true);
  auto source = *WatchSource::Make(layer, request, {}, clock_);
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_TRUE(response_.has_snapshot());
  EXPECT_EQ(Next(*source), Kind::kWait);
  Pass(absl::Seconds(5));
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_TRUE(response_.has_heartbeat());
}

TEST_F(WatchSourceTest, OneDeltaATickHoweverOftenTheStateChanges) {
  layer_->Publish({1, 1, 1, 1});
  auto source = Watch();
  ASSERT_EQ(Next(*source), Kind::kMessage);
  layer_->Publish({2, 1, 1, 1});
  EXPECT_EQ(Next(*source), Kind::kWait) << "the tick is not over";
  layer_->Publish({3, 1, 4, 1});
  Pass(absl::Seconds(1));
  ASSERT_EQ(Next(*source), Kind::kMessage);
  const v1::Delta& delta = response_.delta();
  EXPECT_EQ(delta.from().counter(), 1U);
  EXPECT_EQ(delta.to().counter(), 3U);
  EXPECT_THAT(delta.rows(0).id_gaps(), ElementsAre(0, 2));
  EXPECT_THAT(delta.rows(0).columns(0).values(), ElementsAre(3, 4))
      << "the latest value of each row";
}

TEST_F(WatchSourceTest, ChangesOutOfViewAndOfOtherColumnsAreNotSent) {
  layer_->Publish({1, 1, 1, 1});
  v1::WatchLayerRequest request;
  request.mutable_viewport()->set_west_deg(0);
  request.mutable_viewport()->set_east_deg(1.5);
  request.mutable_viewport()->set_north_deg(1);
  auto source = Watch(request);
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_THAT(response_.snapshot().rows(0).id_gaps(), ElementsAre(0, 1));
  Pass(absl::Seconds(1));
  layer_->Publish({1, 1, 5, 5}, {7, 7, 7, 7});
  EXPECT_EQ(Next(*source), Kind::kWait);
  layer_->Publish({1, 2, 5, 5}, {7, 7, 7, 7});
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_THAT(response_.delta().rows(0).id_gaps(), ElementsAre(1));
  EXPECT_EQ(response_.delta().from().counter(), 1U)
      << "from the client's version, not from the one that it skipped";
}

TEST_F(WatchSourceTest, AZoomLeavesOutWhatIsNotDrawnThere) {
  layer_->Publish({1, 1, 1, 1});
  v1::WatchLayerRequest request;
  request.set_zoom(11);
  auto source = Watch(request);
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_THAT(response_.snapshot().rows(0).id_gaps(), ElementsAre(0, 1, 1)) << "not row 3";
}

TEST_F(WatchSourceTest, AQuietLayerSaysThatItLives) {
  layer_->Publish({1, 1, 1, 1});
  auto source = Watch();
  ASSERT_EQ(Next(*source), Kind::kMessage);
  Pass(absl::Seconds(2));
  EXPECT_EQ(Next(*source), Kind::kWait);
  Pass(absl::Seconds(4));
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_EQ(response_.heartbeat().version().counter(), 1U);
  EXPECT_EQ(FromProtoTime(response_.heartbeat().data_time()), absl::FromUnixSeconds(77));
}

TEST_F(WatchSourceTest, TheHeartDoesNotWaitForTheTick) {
  layer_->Publish({1, 1, 1, 1});
  v1::WatchLayerRequest request;
  request.set_tick_ms(60'000);
  auto source = Watch(request);
  ASSERT_EQ(Next(*source), Kind::kMessage);
  layer_->Publish({2, 1, 1, 1});
  for (int seconds = 5; seconds < 60; seconds += 5) {
    Pass(absl::Seconds(5));
    ASSERT_EQ(Next(*source), Kind::kMessage) << seconds;
    ASSERT_TRUE(response_.has_heartbeat()) << seconds;
    EXPECT_EQ(response_.heartbeat().version().counter(), 1U) << "the client's version";
    EXPECT_FALSE(response_.heartbeat().has_data_time()) << "it does not have the newest data";
    EXPECT_EQ(Next(*source), Kind::kWait);
  }
  Pass(absl::Seconds(5));
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_EQ(response_.delta().to().counter(), 2U) << "the tick is a minute, as requested";
}

TEST_F(WatchSourceTest, SilentInputsAreToldThoughNothingChanged) {
  layer_->Publish({1, 1, 1, 1});
  auto source = Watch();
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_FALSE(response_.snapshot().stale());
  layer_->state->Touch(absl::FromUnixSeconds(77), true);
  EXPECT_EQ(Next(*source), Kind::kWait) << "the tick is not over";
  Pass(absl::Seconds(1));
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_TRUE(response_.heartbeat().stale());
  EXPECT_EQ(Next(*source), Kind::kWait) << "sent once";

  ASSERT_EQ(Next(*Watch()), Kind::kMessage);
  EXPECT_TRUE(response_.snapshot().stale()) << "a new watcher receives it at once";

  Pass(absl::Seconds(1));
  layer_->state->Publish({{.columns = {{1, 2, 1, 1}, {0, 0, 0, 0}}}}, absl::FromUnixSeconds(78),
                         true, {});
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_TRUE(response_.delta().stale());
  Pass(absl::Seconds(1));
  layer_->Publish({1, 3, 1, 1});
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_FALSE(response_.delta().stale());
}

TEST_F(WatchSourceTest, AReturningClientGetsWhatItMissed) {
  layer_->Publish({1, 1, 1, 1});
  layer_->Publish({1, 2, 1, 1});
  v1::WatchLayerRequest request;
  request.mutable_resume()->set_pack_id("pack-1");
  request.mutable_resume()->mutable_version()->set_epoch(9);
  request.mutable_resume()->mutable_version()->set_counter(1);
  auto source = Watch(request);
  ASSERT_EQ(Next(*source), Kind::kMessage);
  ASSERT_TRUE(response_.has_delta());
  EXPECT_THAT(response_.delta().rows(0).id_gaps(), ElementsAre(1));
}

TEST_F(WatchSourceTest, AnotherPackOrEpochMeansASnapshot) {
  layer_->Publish({1, 1, 1, 1});
  v1::WatchLayerRequest request;
  request.mutable_resume()->set_pack_id("pack-0");
  request.mutable_resume()->mutable_version()->set_epoch(9);
  request.mutable_resume()->mutable_version()->set_counter(1);
  ASSERT_EQ(Next(*Watch(request)), Kind::kMessage);
  EXPECT_TRUE(response_.has_snapshot());
  request.mutable_resume()->set_pack_id("pack-1");
  request.mutable_resume()->mutable_version()->set_epoch(8);
  ASSERT_EQ(Next(*Watch(request)), Kind::kMessage);
  EXPECT_TRUE(response_.has_snapshot());
}

TEST_F(WatchSourceTest, ACacheHearsOfEveryVersion) {
  layer_->Publish({1, 1, 1, 1});
  v1::WatchLayerRequest request;
  request.set_tiles_only(true);
  request.set_tick_ms(250);
  auto source = Watch(request);
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_EQ(response_.snapshot().rows_size(), 0);
  Pass(absl::Milliseconds(250));
  layer_->Publish({2, 1, 1, 1}, {0, 0, 0, 0}, {geo::TileId::Make(14, 13047, 7698).value()});
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_EQ(response_.delta().rows_size(), 0);
  ASSERT_EQ(response_.delta().changed_tiles_size(), 1);
  EXPECT_EQ(response_.delta().changed_tiles(0).x(), 13047U);
  Pass(absl::Milliseconds(250));
  layer_->Publish({3, 1, 1, 1});
  ASSERT_EQ(Next(*source), Kind::kMessage) << "without a tile list, but with a version";
}

TEST_F(WatchSourceTest, BadRequestsSayWhatIsWrong) {
  layer_->Publish({1, 1, 1, 1});
  const auto message = [this](const v1::WatchLayerRequest& request) {
    const auto made = WatchSource::Make(layer_, request, {}, clock_);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(made.status().message());
  };
  v1::WatchLayerRequest request;
  request.set_tick_ms(100);
  EXPECT_THAT(message(request), HasSubstr("tick_ms: 100 is not in 250 to 60000"));
  request.Clear();
  request.add_columns("levle");
  EXPECT_THAT(message(request), HasSubstr("did you mean \"level\"?"));
  request.Clear();
  request.mutable_viewport()->set_west_deg(2);
  request.mutable_viewport()->set_east_deg(1);
  EXPECT_THAT(message(request), HasSubstr("viewport"));
  for (const double west_deg : {-999.0, -180.5, static_cast<double>(NAN)}) {
    request.mutable_viewport()->set_west_deg(west_deg);
    EXPECT_THAT(message(request), HasSubstr("viewport.west_deg"));
  }
  request.Clear();
  for (const std::uint32_t zoom : {25U, 99U, 4'000'000'000U}) {
    request.set_zoom(zoom);
    EXPECT_THAT(message(request), HasSubstr("zoom: " + std::to_string(zoom)));
  }
  request.set_zoom(24);
  EXPECT_TRUE(WatchSource::Make(layer_, request, {}, clock_).ok());
  for (const std::uint32_t heartbeat_ms : {1U, 999U, 300'001U}) {
    request.set_heartbeat_ms(heartbeat_ms);
    EXPECT_THAT(message(request), HasSubstr("heartbeat_ms: " + std::to_string(heartbeat_ms) +
                                            " is not in 1000 to 300000"));
  }
}

TEST_F(WatchSourceTest, AClientChoosesItsHeartbeat) {
  layer_->Publish({1, 1, 1, 1});
  v1::WatchLayerRequest request;
  request.set_heartbeat_ms(300'000);
  auto source = Watch(request);
  ASSERT_EQ(Next(*source), Kind::kMessage);
  Pass(absl::Minutes(5) - absl::Milliseconds(1));
  EXPECT_EQ(Next(*source), Kind::kWait);
  Pass(absl::Milliseconds(1));
  ASSERT_EQ(Next(*source), Kind::kMessage);
  EXPECT_TRUE(response_.has_heartbeat());
}

}  // namespace
}  // namespace citylayers::layers
