#include "citylayers/client/layer_state.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::client {
namespace {

using ::testing::ElementsAre;

void AddRows(layers::v1::StateRows& rows, const std::vector<std::uint32_t>& gaps,
             const std::vector<std::int32_t>& values) {
  rows.set_sub_layer("roads");
  rows.mutable_id_gaps()->Assign(gaps.begin(), gaps.end());
  auto* column = rows.add_columns();
  column->set_name("level");
  column->mutable_values()->Assign(values.begin(), values.end());
}

layers::v1::WatchLayerResponse Snapshot() {
  layers::v1::WatchLayerResponse response;
  response.mutable_snapshot()->set_pack_id("p");
  response.mutable_snapshot()->mutable_version()->set_counter(5);
  AddRows(*response.mutable_snapshot()->add_rows(), {3, 1}, {7, 8});
  return response;
}

layers::v1::WatchLayerResponse Delta(std::uint64_t from, std::uint64_t to) {
  layers::v1::WatchLayerResponse response;
  response.mutable_delta()->set_pack_id("p");
  response.mutable_delta()->mutable_from()->set_counter(from);
  response.mutable_delta()->mutable_to()->set_counter(to);
  AddRows(*response.mutable_delta()->add_rows(), {4, 6}, {0, 1});
  return response;
}

TEST(LayerState, KeepsRowsByTheirIds) {
  LayerState state;
  EXPECT_FALSE(state.resume().has_value());
  ASSERT_TRUE(state.Apply(Snapshot()).ok());
  EXPECT_THAT(state.columns().at("roads"), ElementsAre("level"));
  ASSERT_TRUE(state.Apply(Delta(5, 6)).ok());
  const LayerState::Rows& rows = state.rows().at("roads");
  EXPECT_THAT(rows.at(3), ElementsAre(7));
  EXPECT_THAT(rows.at(4), ElementsAre(0));
  EXPECT_THAT(rows.at(10), ElementsAre(1));
  EXPECT_EQ(state.resume()->version().counter(), 6u);
}

TEST(LayerState, RefusesADeltaOfAnotherState) {
  LayerState state;
  EXPECT_EQ(state.Apply(Delta(5, 6)).code(), absl::StatusCode::kDataLoss) << "no state";
  ASSERT_TRUE(state.Apply(Snapshot()).ok());
  EXPECT_EQ(state.Apply(Delta(6, 7)).code(), absl::StatusCode::kDataLoss) << "a gap";
  auto other = Delta(5, 6);
  other.mutable_delta()->set_pack_id("q");
  EXPECT_EQ(state.Apply(other).code(), absl::StatusCode::kDataLoss);
  auto ragged = Delta(5, 6);
  ragged.mutable_delta()->mutable_rows(0)->mutable_columns(0)->add_values(1);
  EXPECT_EQ(state.Apply(ragged).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(state.resume()->version().counter(), 5u);
}

TEST(LayerState, AHeartbeatMovesWhereTheNextDeltaBegins) {
  LayerState state;
  ASSERT_TRUE(state.Apply(Snapshot()).ok());
  layers::v1::WatchLayerResponse heartbeat;
  heartbeat.mutable_heartbeat()->mutable_version()->set_counter(9);
  heartbeat.mutable_heartbeat()->set_stale(true);
  ASSERT_TRUE(state.Apply(heartbeat).ok());
  EXPECT_TRUE(state.is_stale());
  EXPECT_TRUE(state.Apply(Delta(9, 10)).ok());
}

TEST(LayerState, TheTokenHasTheViewToWhichTheStateHasMoved) {
  LayerState state;
  ASSERT_TRUE(state.Apply(Snapshot()).ok());
  EXPECT_FALSE(state.resume()->has_view());
  auto moved = Delta(5, 5);
  moved.mutable_delta()->mutable_view()->set_zoom(12);
  ASSERT_TRUE(state.Apply(moved).ok());
  EXPECT_EQ(state.resume()->view().zoom(), 12u);
}

TEST(LayerState, AppliesTheAnswersOfAllThreeMethods) {
  LayerState state;
  layers::v1::FollowLayersResponse follow;
  *follow.mutable_snapshot() = Snapshot().snapshot();
  ASSERT_TRUE(state.Apply(follow).ok());
  layers::v1::GetChangesResponse changes;
  *changes.mutable_delta() = Delta(5, 6).delta();
  ASSERT_TRUE(state.Apply(changes).ok());
  EXPECT_EQ(state.resume()->version().counter(), 6u);
}

}  // namespace
}  // namespace citylayers::client
