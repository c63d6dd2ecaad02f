#include "services/traffic/flood_follower.h"

#include <cmath>
#include <map>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/traffic/traffic_schema.h"
#include "tests/support/small_pack.h"

namespace citylayers::traffic {
namespace {

using layers::v1::WatchLayerResponse;
using Next = FloodFollower::Next;
using ::testing::ElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// Depths in cm by segment, as rows of the sub-layer `streets`, beside the depth picture without
// rows.
template <typename Message>
void AddRows(const std::map<std::uint32_t, int>& depths_cm, Message* message) {
  message->add_rows()->set_sub_layer("depth");
  layers::v1::StateRows* rows = message->add_rows();
  rows->set_sub_layer("streets");
  rows->add_columns();
  std::uint32_t last = 0;
  for (const auto& [segment, depth_cm] : depths_cm) {
    rows->add_id_gaps(segment - last);
    last = segment;
    rows->mutable_columns(0)->add_values(depth_cm);
  }
}

// The three streets of the test pack, with the water that the follower sets in the layer.
class FloodFollowerTest : public ::testing::Test {
 protected:
  FloodFollowerTest() {
    EXPECT_TRUE(storage::WriteTestPack(dir_ / "pack").ok());
    pack_ = storage::CityPack::Open(dir_ / "pack").value();
    layer_ = std::make_unique<TrafficLayer>(
        pack_, TrafficLayer::Options{.expects_water = true, .epoch = 1});
    follower_ = std::make_unique<FloodFollower>(*layer_);
  }
  Next Snapshot(std::uint64_t version, const std::map<std::uint32_t, int>& depths_cm,
                const std::string& pack_id = "") {
    WatchLayerResponse message;
    layers::v1::Snapshot* snapshot = message.mutable_snapshot();
    snapshot->set_pack_id(pack_id.empty() ? pack_->pack_id() : pack_id);
    Set(version, snapshot->mutable_version());
    AddRows(depths_cm, snapshot);
    return follower_->OnMessage(message);
  }
  Next Delta(std::uint64_t from, std::uint64_t to, const std::map<std::uint32_t, int>& depths_cm,
             const std::string& pack_id = "") {
    WatchLayerResponse message;
    layers::v1::Delta* delta = message.mutable_delta();
    delta->set_pack_id(pack_id.empty() ? pack_->pack_id() : pack_id);
    Set(from, delta->mutable_from());
    Set(to, delta->mutable_to());
    AddRows(depths_cm, delta);
    return follower_->OnMessage(message);
  }
  Next Heartbeat(std::uint64_t version) {
    WatchLayerResponse message;
    Set(version, message.mutable_heartbeat()->mutable_version());
    return follower_->OnMessage(message);
  }
  void Set(std::uint64_t counter, layers::v1::LayerVersion* version) const {
    version->set_epoch(epoch_);
    version->set_counter(counter);
  }
  std::vector<long> DepthsCm() const {
    std::vector<long> depths_cm;
    for (std::uint32_t i = 0; i < 3; ++i)
      depths_cm.push_back(std::lround(layer_->Segment(i, kNow).depth_m * 100));
    return depths_cm;
  }
  bool Stale() {
    layer_->Publish(kNow, false);
    return layer_->state().frame()->stale;
  }

  storage::TempDir dir_;
  std::shared_ptr<const storage::CityPack> pack_;
  std::unique_ptr<TrafficLayer> layer_;
  std::unique_ptr<FloodFollower> follower_;
  std::uint64_t epoch_ = 7;
};

TEST_F(FloodFollowerTest, ASnapshotIsAllTheWaterAndADeltaWhatChanged) {
  EXPECT_TRUE(layer_->AwaitsWater());
  EXPECT_EQ(Snapshot(5, {{0, 55}, {2, 12}}), Next::kGoOn);
  EXPECT_THAT(DepthsCm(), ElementsAre(55, 0, 12));
  EXPECT_FALSE(Stale());
  EXPECT_EQ(layer_->state().frame()->sub_layers()[0].columns[kLevel][0], 5);
  EXPECT_EQ(Delta(5, 6, {{1, 30}, {2, 0}}), Next::kGoOn);
  EXPECT_THAT(DepthsCm(), ElementsAre(55, 30, 0));
  EXPECT_EQ(Snapshot(9, {{1, 20}}), Next::kGoOn);
  EXPECT_THAT(DepthsCm(), ElementsAre(0, 20, 0));
  EXPECT_FALSE(Stale());
}

TEST_F(FloodFollowerTest, ACityWithoutWaterIsAnAnswerToo) {
  EXPECT_EQ(Snapshot(1, {}), Next::kGoOn);
  EXPECT_FALSE(layer_->AwaitsWater());
  EXPECT_FALSE(Stale());
}

TEST_F(FloodFollowerTest, AHeartbeatMovesTheVersionThatTheNextDeltaBeginsAt) {
  Snapshot(5, {{0, 55}});
  EXPECT_EQ(Heartbeat(8), Next::kGoOn);
  EXPECT_FALSE(Stale());
  EXPECT_EQ(Delta(8, 9, {{0, 60}}), Next::kGoOn);
  EXPECT_THAT(DepthsCm(), ElementsAre(60, 0, 0));
}

TEST_F(FloodFollowerTest, AGapKeepsTheWaterStaleUntilTheNextSnapshot) {
  Snapshot(5, {{0, 55}});
  EXPECT_EQ(Delta(6, 7, {{0, 0}, {1, 30}}), Next::kOpenAgain);
  EXPECT_THAT(DepthsCm(), ElementsAre(55, 0, 0));
  EXPECT_TRUE(Stale());
  // Messages that were under way when the stream was abandoned.
  EXPECT_EQ(Delta(5, 6, {{0, 0}}), Next::kGoOn) << "a new stream is already starting";
  EXPECT_EQ(Heartbeat(7), Next::kGoOn);
  EXPECT_EQ(Delta(7, 8, {{0, 0}}), Next::kGoOn);
  EXPECT_THAT(DepthsCm(), ElementsAre(55, 0, 0));
  EXPECT_TRUE(Stale());

  EXPECT_EQ(Snapshot(8, {{1, 30}}), Next::kGoOn);
  EXPECT_THAT(DepthsCm(), ElementsAre(0, 30, 0));
  EXPECT_FALSE(Stale());
}

TEST_F(FloodFollowerTest, TheSameCounterOfAnotherEpochIsAGap) {
  Snapshot(5, {{0, 55}});
  epoch_ = 8;
  EXPECT_EQ(Delta(5, 6, {{0, 0}}), Next::kOpenAgain);
  EXPECT_THAT(DepthsCm(), ElementsAre(55, 0, 0));
}

TEST_F(FloodFollowerTest, MessagesOfAnotherPackMeanOtherStreets) {
  Snapshot(5, {{0, 55}});
  // The flood server was started with the new pack before this one.
  EXPECT_EQ(Snapshot(1, {{1, 80}}, "the new pack"), Next::kGoOn);
  EXPECT_EQ(Delta(1, 2, {{2, 90}}, "the new pack"), Next::kGoOn);
  EXPECT_EQ(Heartbeat(2), Next::kGoOn);
  EXPECT_THAT(DepthsCm(), ElementsAre(55, 0, 0));
  EXPECT_TRUE(Stale());
  EXPECT_EQ(Snapshot(1, {{0, 60}}), Next::kGoOn) << "rolled back";
  EXPECT_THAT(DepthsCm(), ElementsAre(60, 0, 0));
  EXPECT_FALSE(Stale());
}

TEST_F(FloodFollowerTest, TheFirstSnapshotOfAnotherPackIsNoAnswer) {
  Snapshot(1, {{1, 80}}, "the new pack");
  EXPECT_TRUE(layer_->AwaitsWater());
  EXPECT_THAT(DepthsCm(), ElementsAre(0, 0, 0));
}

TEST_F(FloodFollowerTest, ABrokenStreamLeavesTheWaterAndMakesItStale) {
  Snapshot(5, {{0, 55}});
  follower_->OnEnd();
  EXPECT_THAT(DepthsCm(), ElementsAre(55, 0, 0));
  EXPECT_TRUE(Stale());
  EXPECT_EQ(Snapshot(1, {{0, 55}}), Next::kGoOn) << "a new server counts from 1";
  EXPECT_FALSE(Stale());
}

TEST_F(FloodFollowerTest, StreetsBeyondThePackArePassedOver) {
  EXPECT_EQ(Snapshot(1, {{0, 55}, {1000, 70}}), Next::kGoOn);
  EXPECT_THAT(DepthsCm(), ElementsAre(55, 0, 0));
}

}  // namespace
}  // namespace citylayers::traffic
