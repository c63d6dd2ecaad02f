#include "services/flood/flood_state.h"

#include <algorithm>
#include <random>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace citylayers::flood {
namespace {

constexpr std::int64_t kStartMs = 1'700'000'000'000;
constexpr std::int64_t kMinuteMs = 60'000;

std::int64_t Minutes(int minutes) { return kStartMs + minutes * kMinuteMs; }

TEST(FloodState, TheNewestStageCountsWhateverTheOrder) {
  FloodState state({});
  EXPECT_FALSE(state.Stage("phu-an").has_value());
  state.ApplyStage("phu-an", Minutes(10), 1.30);
  state.ApplyStage("phu-an", Minutes(0), 1.10);
  EXPECT_DOUBLE_EQ(state.Stage("phu-an")->stage_m, 1.30);
  state.ApplyStage("phu-an", Minutes(10), 1.35, 2);
  EXPECT_DOUBLE_EQ(state.Stage("phu-an")->stage_m, 1.35) << "a revision wins";
  EXPECT_EQ(state.Stage("phu-an")->quality, 2U);
}

TEST(FloodState, TrendIsAgainstTheReadingAnHourBefore) {
  FloodState state({});
  for (int i = 0; i <= 12; ++i) state.ApplyStage("phu-an", Minutes(10 * i), 1.0 + 0.02 * i);
  EXPECT_NEAR(state.Stage("phu-an")->trend_m_per_h, 0.12, 1e-9);
  FloodState lone({});
  lone.ApplyStage("phu-an", Minutes(0), 1.0);
  EXPECT_EQ(lone.Stage("phu-an")->trend_m_per_h, 0);
  lone.ApplyStage("phu-an", Minutes(300), 1.5);
  EXPECT_EQ(lone.Stage("phu-an")->trend_m_per_h, 0) << "a reading five hours back gives no trend";
}

// 100 mm in two hours on ground of curve number 92, with drains of 25 mm per hour.
void Storm(FloodState* state, double stage_m) {
  for (int i = 0; i <= 12; ++i) {
    state->ApplyStage("phu-an", Minutes(10 * i), stage_m);
    state->ApplyRain("gauge", Minutes(10 * i), i == 0 ? 0 : 100.0 / 12);
  }
}

TEST(FloodState, HighTideStopsTheDrainsAndLeavesTheRainStanding) {
  FloodState low({}), high({});
  Storm(&low, 0.5);
  Storm(&high, 1.70);
  const double standing_low = low.StandingRainMm("gauge", "phu-an");
  const double standing_high = high.StandingRainMm("gauge", "phu-an");
  // Runoff of 100 mm at CN 92: S = 22.09 mm, Q = (100 - 4.42)^2 / (100 + 17.67) = 77.6 mm.
  EXPECT_NEAR(standing_high, 77.6, 0.1);
  EXPECT_LT(standing_low, standing_high - 30);
  EXPECT_GT(standing_low, 0);
}

TEST(FloodState, DrainsEmptyTheStreetsAfterTheRain) {
  FloodState state({});
  Storm(&state, 0.5);
  for (int i = 13; i <= 60; ++i) state.ApplyRain("gauge", Minutes(10 * i), 0);
  EXPECT_NEAR(state.StandingRainMm("gauge", "phu-an"), 0, 1e-9);
}

TEST(FloodState, WaterDoesNotDependOnTheOrderOfReadings) {
  std::vector<std::tuple<bool, int, double>> readings;
  for (int i = 0; i < 40; ++i) {
    readings.emplace_back(true, i, 0.8 + 0.02 * i);
    readings.emplace_back(false, i, i % 7 == 0 ? 0.0 : 6.5);
  }
  double expected = -1;
  std::mt19937 random(5);
  for (int round = 0; round < 5; ++round) {
    FloodState state({});
    for (const auto& [is_stage, i, value] : readings) {
      if (is_stage) {
        state.ApplyStage("phu-an", Minutes(10 * i), value);
      } else {
        state.ApplyRain("gauge", Minutes(10 * i), value);
      }
    }
    if (round == 0) expected = state.StandingRainMm("gauge", "phu-an");
    EXPECT_EQ(state.StandingRainMm("gauge", "phu-an"), expected);
    std::shuffle(readings.begin(), readings.end(), random);
  }
  EXPECT_GT(expected, 0);
}

TEST(FloodState, ProfileReadingsAreLeftOutOfMeasuredWater) {
  constexpr std::uint32_t kProfile = 3;
  FloodState state({});
  EXPECT_FALSE(state.UsesProfile());
  Storm(&state, 0.5);
  EXPECT_FALSE(state.UsesProfile());
  const double measured_mm = state.StandingRainMm("gauge", "phu-an");
  state.ApplyRain("gauge", Minutes(130), 60, kProfile);
  state.ApplyStage("phu-an", Minutes(130), 1.9, kProfile);
  EXPECT_TRUE(state.UsesProfile());
  EXPECT_GT(state.StandingRainMm("gauge", "phu-an"), measured_mm);
  EXPECT_EQ(state.StandingRainMm("gauge", "phu-an", /*measured_only=*/true), measured_mm);
  EXPECT_EQ(state.Stage("phu-an")->stage_m, 1.9);
  EXPECT_EQ(state.Stage("phu-an", /*measured_only=*/true)->stage_m, 0.5);
  FloodState typical({});
  typical.ApplyStage("phu-an", Minutes(0), 1.9, kProfile);
  EXPECT_FALSE(typical.Stage("phu-an", /*measured_only=*/true).has_value());
}

// A tipping bucket that sends only during rain: 40 mm, a gap, 40 mm.
TEST(FloodState, ASilentNightEndsAStorm) {
  const auto standing_mm = [](double stage_m, const std::vector<int>& rain_minutes) {
    FloodState state({});
    state.ApplyStage("phu-an", Minutes(0), stage_m);
    for (int minute : rain_minutes) state.ApplyRain("gauge", Minutes(minute), 40);
    return state.StandingRainMm("gauge", "phu-an");
  };
  constexpr double kFree = 0.5, kBlocked = 1.70;
  // At CN 92: Q(40) = (40 - 4.42)^2 / (40 + 17.67) = 21.95 mm, but Q(80) = 58.5 mm.
  EXPECT_NEAR(standing_mm(kBlocked, {0}), 21.95, 0.05);
  EXPECT_NEAR(standing_mm(kBlocked, {0, 10}), 58.5, 0.1) << "one storm";
  EXPECT_NEAR(standing_mm(kBlocked, {0, 600}), 2 * 21.95, 0.1) << "two storms";
  EXPECT_GT(standing_mm(kFree, {0}), 10);
  EXPECT_NEAR(standing_mm(kFree, {0, 600}), standing_mm(kFree, {0}), 1e-9)
      << "the drains emptied the streets overnight, and could not foresee the morning";
}

TEST(FloodState, ForgetsWhatIsOlderThanItHolds) {
  FloodState state({}, absl::Hours(2)), young({}, absl::Hours(2));
  state.ApplyRain("gauge", Minutes(0), 50);
  for (FloodState* each : {&state, &young}) each->ApplyRain("gauge", Minutes(121), 30);
  EXPECT_GT(state.StandingRainMm("gauge", ""), 0);
  EXPECT_EQ(state.StandingRainMm("gauge", ""), young.StandingRainMm("gauge", ""));
  EXPECT_EQ(state.StandingRainMm("other", ""), 0);
}

TEST(FloodState, ACheckpointBringsBackTheSameWater) {
  FloodState state({});
  Storm(&state, 1.4);
  storage::CheckpointWriter writer;
  state.Save(&writer);
  const std::string bytes = writer.Take();
  FloodState back({});
  storage::CheckpointReader reader(bytes);
  ASSERT_TRUE(back.Load(&reader));
  EXPECT_TRUE(reader.AtEnd());
  EXPECT_EQ(back.StandingRainMm("gauge", "phu-an"), state.StandingRainMm("gauge", "phu-an"));
  EXPECT_EQ(back.Stage("phu-an")->stage_m, state.Stage("phu-an")->stage_m);
  EXPECT_EQ(back.data_time(), state.data_time());
  for (std::size_t cut = 0; cut < bytes.size(); cut += 7) {
    const std::string part = bytes.substr(0, cut);
    storage::CheckpointReader short_reader(part);
    FloodState broken({});
    EXPECT_FALSE(broken.Load(&short_reader)) << cut;
    EXPECT_EQ(broken.data_time(), absl::InfinitePast());
  }
}

}  // namespace
}  // namespace citylayers::flood
