#include "services/traffic/jam_tracker.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace citylayers::traffic {
namespace {

constexpr std::int64_t kTimeMs = 1'700'000'000'000;
const absl::Time kTime = absl::FromUnixMillis(kTimeMs);

// A one-way street of segments of 100 m with a reference speed of 40 km/h.
class JamTrackerTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kSegments = 10;

  JamTrackerTest() {
    for (std::uint32_t i = 1; i < kSegments; ++i) next_.push_back({i});
    next_.emplace_back();
  }
  void Queue(std::uint32_t from, std::uint32_t to, std::int64_t time_ms) {
    for (std::uint32_t i = from; i < to; ++i) state_.Apply(i, time_ms, 2, Source::kLive);
  }
  std::shared_ptr<const JamList> Update(JamTracker& tracker, absl::Time now) const {
    std::vector<SegmentView> views;
    for (std::uint32_t i = 0; i < kSegments; ++i) {
      views.push_back(ViewSegment(state_[i], 40, now, 0, {}, {}));
    }
    tracker.Update(state_, views, now);
    return tracker.list();
  }

  std::vector<std::vector<std::uint32_t>> next_;
  const RoadNetwork roads_{
      .size = kSegments,
      .successors = [this](std::uint32_t i) { return std::span<const std::uint32_t>(next_[i]); },
      .length_m = [](std::uint32_t) { return 100.0; },
      .reference_speed_kmh = [](std::uint32_t) { return 40.0; },
      .stable_id = [](std::uint32_t i) { return 1000ULL + i; },
      .twin = [](std::uint32_t) { return RoadNetwork::kNoTwin; },
      .street = [](std::uint32_t) { return 1U; }};
  TrafficState state_{std::vector<float>(kSegments, 40.0F), LevelThresholds()};
  JamTracker tracker_{roads_, JamOptions()};
};

TEST_F(JamTrackerTest, TheTrendIsTheGrowthOfTenMinutes) {
  Queue(4, 6, kTimeMs);
  ASSERT_EQ(Update(tracker_, kTime)->items.size(), 1u);
  EXPECT_EQ(tracker_.list()->items[0].trend_m, 0);
  Queue(3, 7, kTimeMs + 60'000);
  EXPECT_DOUBLE_EQ(Update(tracker_, kTime + absl::Minutes(1))->items.at(0).trend_m, 200);
  Queue(2, 7, kTimeMs + 660'000);
  EXPECT_DOUBLE_EQ(Update(tracker_, kTime + absl::Minutes(11))->items.at(0).trend_m, 100)
      << "since the length of ten minutes before";
}

TEST_F(JamTrackerTest, AnUnchangedListIsTheSameObject) {
  Queue(4, 6, kTimeMs);
  const auto list = Update(tracker_, kTime);
  EXPECT_EQ(Update(tracker_, kTime + absl::Seconds(1)), list);
  Queue(3, 6, kTimeMs + 2000);
  EXPECT_NE(Update(tracker_, kTime + absl::Seconds(2)), list);
}

TEST_F(JamTrackerTest, AfterARestoreAJamKeepsItsId) {
  Queue(4, 6, kTimeMs);
  const std::string id = Update(tracker_, kTime)->items.at(0).jam.id;
  Queue(2, 6, kTimeMs + 1000);
  ASSERT_EQ(Update(tracker_, kTime + absl::Seconds(1))->items.at(0).jam.id, id);
  storage::CheckpointWriter writer;
  tracker_.Save(&writer);
  const std::string bytes = writer.Take();
  storage::CheckpointReader reader(bytes);
  auto jams = JamTracker::Load(&reader, kSegments);
  ASSERT_TRUE(jams.has_value());
  EXPECT_TRUE(reader.AtEnd());
  JamTracker restored(roads_, JamOptions());
  restored.Restore(*std::move(jams));
  EXPECT_EQ(Update(restored, kTime + absl::Seconds(1))->items.at(0).jam.id, id);
}

TEST_F(JamTrackerTest, AJamOfMoreMembersThanTheCityHasSegmentsIsNotLoaded) {
  Queue(0, 5, kTimeMs);
  Update(tracker_, kTime);
  storage::CheckpointWriter writer;
  tracker_.Save(&writer);
  const std::string bytes = writer.Take();
  storage::CheckpointReader reader(bytes);
  EXPECT_FALSE(JamTracker::Load(&reader, 4).has_value());
}

TEST_F(JamTrackerTest, ClearForgetsIdsAndLengths) {
  Queue(4, 6, kTimeMs);
  Update(tracker_, kTime);
  tracker_.Clear();
  Queue(3, 7, kTimeMs + 60'000);
  EXPECT_EQ(Update(tracker_, kTime + absl::Minutes(1))->items.at(0).trend_m, 0);
}

}  // namespace
}  // namespace citylayers::traffic
