#include "services/layers/live_state.h"

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::layers {
namespace {

using ::testing::ElementsAre;

Columns OneColumn(std::vector<std::int32_t> values) { return {.columns = {std::move(values)}}; }

geo::TileId Tile(int x) { return geo::TileId::Make(14, x, 7).value(); }

TEST(LiveState, AnUnchangedStateKeepsItsVersion) {
  LiveState state({.epoch = 5});
  EXPECT_TRUE(state.Publish({OneColumn({1, 2, 3})}, absl::FromUnixSeconds(10), false, {}));
  EXPECT_EQ(state.frame()->version, (LayerVersion{5, 1}));
  EXPECT_FALSE(state.Publish({OneColumn({1, 2, 3})}, absl::FromUnixSeconds(20), true, {}));
  EXPECT_EQ(state.frame()->version, (LayerVersion{5, 1}));
  EXPECT_EQ(state.frame()->data_time, absl::FromUnixSeconds(20))
      << "the data are newer, with the same values";
  EXPECT_TRUE(state.frame()->stale);
}

TEST(LiveState, FramesWithTheSameContentShareIt) {
  LiveState state({.epoch = 1});
  state.Publish({OneColumn({1, 2, 3})}, absl::FromUnixSeconds(10), false, {});
  const auto columns = state.frame()->columns;
  state.Touch(absl::FromUnixSeconds(20), true);
  EXPECT_EQ(state.frame()->data_time, absl::FromUnixSeconds(20));
  EXPECT_EQ(state.frame()->columns, columns);
  state.Publish({OneColumn({1, 2, 3})}, absl::FromUnixSeconds(30), true, {});
  EXPECT_EQ(state.frame()->columns, columns);
}

TEST(LiveState, TellsWhichRowsAndColumnsChanged) {
  LiveState state({.epoch = 1});
  state.Publish({{.columns = {{1, 1, 1}, {9, 9, 9}}}}, absl::InfinitePast(), false, {});
  const LayerVersion from = state.frame()->version;
  state.Publish({{.columns = {{1, 2, 1}, {9, 8, 7}}}}, absl::InfinitePast(), false, {});
  const auto changes = state.ChangesBetween(from, *state.frame());
  ASSERT_TRUE(changes.has_value());
  EXPECT_THAT(changes->sub_layers[0], ElementsAre(RowChange{1, 0b11}, RowChange{2, 0b10}));
}

TEST(LiveState, ChangesOfSeveralVersionsAreOneSortedList) {
  LiveState state({.epoch = 1});
  state.Publish({OneColumn({0, 0, 0, 0})}, absl::InfinitePast(), false, {});
  const LayerVersion from = state.frame()->version;
  state.Publish({OneColumn({0, 0, 0, 5})}, absl::InfinitePast(), false, {Tile(3), Tile(1)});
  state.Publish({OneColumn({7, 0, 0, 6})}, absl::InfinitePast(), false, {Tile(1)});
  const auto changes = state.ChangesBetween(from, *state.frame());
  ASSERT_TRUE(changes.has_value());
  EXPECT_THAT(changes->sub_layers[0], ElementsAre(RowChange{0, 1}, RowChange{3, 1}));
  EXPECT_EQ(changes->tiles.size(), 2U) << "the same tile twice is one tile";
}

TEST(LiveState, ForgetsBeyondItsHistoryAndSaysSo) {
  LiveState state({.epoch = 1, .history_versions_max = 2});
  for (int i = 1; i <= 5; ++i) state.Publish({OneColumn({i})}, absl::InfinitePast(), false, {});
  EXPECT_FALSE(state.ChangesBetween({1, 1}, *state.frame()).has_value());
  EXPECT_TRUE(state.ChangesBetween({1, 3}, *state.frame()).has_value());
  EXPECT_FALSE(state.ChangesBetween({2, 5}, *state.frame()).has_value())
      << "another epoch has other versions";
  EXPECT_FALSE(state.ChangesBetween({1, 9}, *state.frame()).has_value())
      << "a version that does not exist";
}

TEST(LiveState, TheHistoryIsBoundedByChangesToo) {
  LiveState state({.epoch = 1, .history_changes_max = 4});
  state.Publish({OneColumn({0, 0, 0})}, absl::InfinitePast(), false, {});
  state.Publish({OneColumn({1, 1, 1})}, absl::InfinitePast(), false, {});
  state.Publish({OneColumn({2, 2, 2})}, absl::InfinitePast(), false, {});
  EXPECT_FALSE(state.ChangesBetween({1, 1}, *state.frame()).has_value());
  EXPECT_TRUE(state.ChangesBetween({1, 2}, *state.frame()).has_value());
}

// Model: a client that holds values by row and applies deltas must always end with the values of
// the frame.
TEST(LiveState, DeltasLeadFromAnyVersionToAnyLaterOne) {
  std::mt19937 random(7);
  LiveState state({.epoch = 1});
  std::vector<std::vector<std::int32_t>> past;
  std::vector<std::int32_t> values(50);
  for (int step = 0; step < 40; ++step) {
    for (int k = 0; k < 3; ++k)
      values[random() % values.size()] = static_cast<std::int32_t>(random() % 4);
    values[0] = step + 1;  // so that every step is a version
    state.Publish({OneColumn(values)}, absl::InfinitePast(), false, {});
    past.push_back(values);
    const std::size_t from = random() % past.size();
    std::vector<std::int32_t> client = past[from];
    const auto changes = state.ChangesBetween({1, from + 1}, *state.frame());
    ASSERT_TRUE(changes.has_value());
    for (const RowChange& change : changes->sub_layers[0]) {
      client[change.row] = state.frame()->sub_layers()[0].columns[0][change.row];
    }
    ASSERT_EQ(client, values) << "from version " << from + 1;
  }
}

TEST(LiveState, WakesWatchersAtNewVersionsOnly) {
  LiveState state({.epoch = 1});
  int wakes = 0;
  auto waker = std::make_shared<runtime::Waker>();
  waker->Bind([&wakes] { ++wakes; });
  state.AddWatcher(waker);
  state.Publish({OneColumn({1})}, absl::InfinitePast(), false, {});
  state.Publish({OneColumn({1})}, absl::InfinitePast(), false, {});
  EXPECT_EQ(wakes, 1);
  waker.reset();
  state.Publish({OneColumn({2})}, absl::InfinitePast(), false, {});
  EXPECT_EQ(wakes, 1);
}

TEST(LiveState, WatchersThatLeftAreForgottenThoughNothingChanges) {
  LiveState state({.epoch = 1});
  int wakes = 0;
  auto faithful = std::make_shared<runtime::Waker>();
  faithful->Bind([&wakes] { ++wakes; });
  state.AddWatcher(faithful);
  for (int i = 0; i < 10'000; ++i) state.AddWatcher(std::make_shared<runtime::Waker>());
  EXPECT_LE(state.watcher_count(), runtime::WakerList::kSwept);
  state.Publish({OneColumn({1})}, absl::InfinitePast(), false, {});
  EXPECT_EQ(wakes, 1) << "the remaining watcher is still woken";
}

TEST(LiveState, WakesWatchersWhenTheStateAgesAndWhenItIsFreshAgain) {
  LiveState state({.epoch = 1});
  state.Publish({OneColumn({1})}, absl::FromUnixSeconds(10), false, {});
  int wakes = 0;
  auto waker = std::make_shared<runtime::Waker>();
  waker->Bind([&wakes] { ++wakes; });
  state.AddWatcher(waker);
  state.Publish({OneColumn({1})}, absl::FromUnixSeconds(10), true, {});
  EXPECT_EQ(wakes, 1);
  state.Publish({OneColumn({1})}, absl::FromUnixSeconds(20), true, {});
  EXPECT_EQ(wakes, 1) << "stale as before";
  state.Touch(absl::FromUnixSeconds(20), false);
  EXPECT_EQ(wakes, 2);
  EXPECT_FALSE(state.frame()->stale);
  EXPECT_EQ(state.frame()->version, (LayerVersion{1, 1})) << "the same content keeps its version";
}

TEST(LiveState, ReadersOnOtherThreadsSeeWholeVersionsInTheirOrder) {
  constexpr std::int32_t kVersions = 300;
  LiveState state({.epoch = 1});
  state.Publish({OneColumn({1, 1})}, absl::InfinitePast(), false, {});
  std::atomic<int> wakes = 0;
  const auto read = [&state, &wakes] {
    const auto waker = std::make_shared<runtime::Waker>();
    waker->Bind([&wakes] { ++wakes; });
    state.AddWatcher(waker);
    for (auto last = state.frame(); last->version.counter < kVersions;) {
      const auto frame = state.frame();
      const auto version = static_cast<std::int32_t>(frame->version.counter);
      ASSERT_GE(frame->version.counter, last->version.counter);
      ASSERT_THAT(frame->sub_layers()[0].columns[0], ElementsAre(version, version));
      ASSERT_TRUE(state.ChangesBetween(last->version, *frame).has_value());
      last = frame;
    }
    waker->Bind(nullptr);
  };
  std::thread one(read), other(read);
  for (std::int32_t i = 2; i <= kVersions; ++i) {
    state.Publish({OneColumn({i, i})}, absl::InfinitePast(), false, {});
  }
  one.join();
  other.join();
  EXPECT_LE(wakes, 2 * kVersions);
}

TEST(LiveState, MatterIsThatOfTheVersion) {
  LiveState state({.epoch = 1});
  const auto first = std::make_shared<const int>(1), second = std::make_shared<const int>(2);
  state.Publish({OneColumn({1})}, absl::InfinitePast(), false, {}, first);
  state.Publish({OneColumn({1})}, absl::InfinitePast(), true, {}, second);
  EXPECT_EQ(state.frame()->layer_data, first) << "the version did not change";
  state.Publish({OneColumn({1})}, absl::InfinitePast(), false, {Tile(1)}, second);
  EXPECT_EQ(state.frame()->layer_data, second);
  state.Touch(absl::FromUnixSeconds(20), true);
  EXPECT_EQ(state.frame()->layer_data, second);
}

}  // namespace
}  // namespace citylayers::layers
