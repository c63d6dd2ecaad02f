#include "services/traffic/traffic_state.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/flood/passability.h"

namespace citylayers::traffic {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kStartMs = 1'700'000'000'000;

SegmentView ViewAt(const TrafficState& state, std::int64_t now_ms, std::int32_t depth_cm = 0) {
  return ViewSegment(state[0], state.reference_speed_kmh(0), absl::FromUnixMillis(now_ms), depth_cm,
                     {}, {});
}

TEST(NextLevel, EntersALevelAtTheLowerBorderAndLeavesItAtTheUpper) {
  struct Row {
    Level before;
    double ratio;
    Level after;
  };
  const Row kRows[] = {
      {Level::kUnknown, 1.00, Level::kFree},       {Level::kFree, 0.76, Level::kFree},
      {Level::kFree, 0.74, Level::kSlow},          {Level::kSlow, 0.79, Level::kSlow},
      {Level::kSlow, 0.80, Level::kFree},          {Level::kSlow, 0.26, Level::kSlow},
      {Level::kSlow, 0.24, Level::kQueuing},       {Level::kQueuing, 0.34, Level::kQueuing},
      {Level::kQueuing, 0.35, Level::kSlow},       {Level::kQueuing, 0.11, Level::kQueuing},
      {Level::kQueuing, 0.09, Level::kStationary}, {Level::kStationary, 0.19, Level::kStationary},
      {Level::kStationary, 0.20, Level::kQueuing}, {Level::kStationary, 0.50, Level::kSlow},
      {Level::kStationary, 0.90, Level::kFree},    {Level::kFree, 0.05, Level::kStationary},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(NextLevel(row.before, row.ratio, {}), row.after)
        << "from " << static_cast<int>(row.before) << " at " << row.ratio;
  }
}

TEST(NextLevel, IsStableUnderTheSameSpeed) {
  for (int level = 0; level <= 4; ++level) {
    for (double ratio = 0; ratio < 1.2; ratio += 0.01) {
      const Level once = NextLevel(static_cast<Level>(level), ratio, {});
      EXPECT_EQ(NextLevel(once, ratio, {}), once) << level << " at " << ratio;
    }
  }
}

TEST(TrafficState, OldReadingsDoNotUndoNewOnes) {
  TrafficState state({40}, {});
  EXPECT_TRUE(state.Apply(0, kStartMs, 8, Source::kLive));
  EXPECT_FALSE(state.Apply(0, kStartMs - 1, 40, Source::kLive));
  EXPECT_EQ(state[0].speed_kmh, 8);
  EXPECT_TRUE(state.Apply(0, kStartMs, 9, Source::kLive)) << "a revision of the same time wins";
  EXPECT_EQ(state[0].speed_kmh, 9);
}

TEST(TrafficState, FoldingTheSameBatchTwiceChangesNothing) {
  struct Reading {
    std::uint32_t segment;
    std::int64_t time_ms;
    double speed_kmh;
  };
  std::mt19937 random(3);
  TrafficState once({40, 40, 40}, {}), twice({40, 40, 40}, {});
  std::int64_t batch_ms = kStartMs;
  for (int round = 0; round < 300; ++round) {
    // Minutes later, or hours, so that some batches arrive after everything was dropped. A batch
    // revises times and is not sorted.
    batch_ms += static_cast<std::int64_t>(random() % 10 == 0 ? 200 : random() % 10) * kMinuteMs;
    std::vector<Reading> batch(random() % 12);
    for (Reading& reading : batch) {
      reading = {static_cast<std::uint32_t>(random() % 3),
                 batch_ms + static_cast<std::int64_t>(random() % 5) * 25 * kMinuteMs,
                 static_cast<double>(random() % 50)};
    }
    const auto fold = [&batch](TrafficState& state) {
      for (const Reading& r : batch) state.Apply(r.segment, r.time_ms, r.speed_kmh, Source::kLive);
    };
    fold(once);
    fold(twice);
    fold(twice);
    ASSERT_EQ(once.segments(), twice.segments()) << "round " << round;
  }
}

TEST(TrafficState, QueuingSinceIsTheTimeTheQueueBegan) {
  TrafficState state({40}, {});
  state.Apply(0, kStartMs, 40, Source::kLive);
  EXPECT_EQ(state[0].queuing_since_ms, 0);
  state.Apply(0, kStartMs + kMinuteMs, 8, Source::kLive);
  state.Apply(0, kStartMs + 2 * kMinuteMs, 3, Source::kLive);
  EXPECT_EQ(state[0].queuing_since_ms, kStartMs + kMinuteMs);
  state.Apply(0, kStartMs + 3 * kMinuteMs, 38, Source::kLive);
  EXPECT_EQ(state[0].queuing_since_ms, 0);
}

TEST(TrafficState, AQueueDoesNotLastThroughASilence) {
  TrafficState state({40}, {}, absl::Hours(1));
  state.Apply(0, kStartMs, 8, Source::kLive);
  state.Apply(0, kStartMs + 59 * kMinuteMs, 12.8, Source::kLive);
  EXPECT_EQ(state[0].level, Level::kQueuing) << "0.32 of v_ref does not end a queue";
  EXPECT_EQ(state[0].queuing_since_ms, kStartMs);

  const std::int64_t evening_ms = kStartMs + 10 * 60 * kMinuteMs;
  TrafficState slow = state;
  slow.Apply(0, evening_ms, 12.8, Source::kLive);
  EXPECT_EQ(slow[0].level, Level::kSlow) << "0.32 of v_ref does not begin one";
  EXPECT_EQ(slow[0].queuing_since_ms, 0);

  state.Apply(0, evening_ms, 8, Source::kLive);
  EXPECT_EQ(state[0].level, Level::kQueuing);
  EXPECT_EQ(state[0].queuing_since_ms, evening_ms) << "another queue";
}

TEST(TrafficState, WhatIsForgottenIsForgottenForTheNextReadingToo) {
  // The view and the fold agree on the minute from which nothing is known.
  for (const int minutes : {59, 60}) {
    TrafficState state({40}, {});
    state.Apply(0, kStartMs, 8, Source::kLive);
    const std::int64_t now_ms = kStartMs + minutes * kMinuteMs;
    const bool known = ViewAt(state, now_ms).level != Level::kUnknown;
    state.Apply(0, now_ms, 8, Source::kLive);
    EXPECT_EQ(state[0].queuing_since_ms, known ? kStartMs : now_ms) << minutes << " minutes";
  }
}

TEST(ViewSegment, KnowledgeAgesAndIsForgotten) {
  TrafficState state({40}, {});
  EXPECT_EQ(ViewAt(state, kStartMs).age_class, 2) << "nothing known is not live";
  state.Apply(0, kStartMs, 20, Source::kLive);
  EXPECT_EQ(ViewAt(state, kStartMs).age_class, 0);
  EXPECT_FLOAT_EQ(ViewAt(state, kStartMs).confidence, 1.0F);
  EXPECT_EQ(ViewAt(state, kStartMs + 10 * kMinuteMs).age_class, 1);
  EXPECT_EQ(ViewAt(state, kStartMs + 20 * kMinuteMs).age_class, 2);
  EXPECT_EQ(ViewAt(state, kStartMs + 59 * kMinuteMs).level, Level::kSlow);
  EXPECT_EQ(ViewAt(state, kStartMs + 60 * kMinuteMs).level, Level::kUnknown);
  EXPECT_EQ(ViewAt(state, kStartMs + 60 * kMinuteMs).speed_kmh, 0);
  EXPECT_EQ(ViewAt(state, kStartMs + 60 * kMinuteMs).age_class, 2);
}

TEST(ViewSegment, WaterSlowsThenClosesAndNeverTimesOut) {
  TrafficState state({40}, {});
  state.Apply(0, kStartMs, 40, Source::kLive);
  EXPECT_EQ(ViewAt(state, kStartMs, 9).level, Level::kFree);
  const SegmentView shallow = ViewAt(state, kStartMs, 20);
  EXPECT_NEAR(shallow.speed_kmh, 12.4, 0.1) << "0.0009 x 200^2 - 0.5529 x 200 + 86.9448";
  EXPECT_EQ(shallow.level, Level::kSlow);
  EXPECT_EQ(ViewAt(state, kStartMs, 30).level, Level::kStationary);
  EXPECT_EQ(ViewAt(state, kStartMs, 30).speed_kmh, 0) << "cars, whose speeds these are, stop";
  EXPECT_EQ(ViewAt(state, kStartMs, 49).level, Level::kStationary);
  EXPECT_EQ(ViewAt(state, kStartMs, 50).level, Level::kClosed);
  EXPECT_EQ(ViewAt(state, kStartMs, 50).jam_factor, 10);
  const SegmentView later = ViewAt(state, kStartMs + 500 * kMinuteMs, 50);
  EXPECT_EQ(later.level, Level::kClosed) << "hours after the last speed";
  EXPECT_EQ(later.age_class, 0) << "the water is current";
}

TEST(ViewSegment, NoSpeedIsShownWhereCarsDoNotPass) {
  TrafficState state({40}, {});
  for (const bool measured : {false, true}) {
    if (measured) state.Apply(0, kStartMs, 25, Source::kLive);
    for (int depth_cm = 0; depth_cm <= 80; ++depth_cm) {
      const SegmentView view = ViewAt(state, kStartMs, depth_cm);
      const auto cars =
          geo::PassabilityOf(geo::Vehicle::kCar, static_cast<float>(depth_cm) / 100.0F);
      if (cars == geo::Passability::kImpassable) {
        EXPECT_EQ(view.speed_kmh, 0) << depth_cm << " cm";
        EXPECT_GE(view.level, Level::kStationary) << depth_cm << " cm";
        EXPECT_GE(view.jam_factor, 9.9F) << depth_cm << " cm";
      } else if (measured) {
        EXPECT_GT(view.speed_kmh, 0) << depth_cm << " cm";
      }
    }
  }
}

TEST(ViewSegment, AWetStreetWithoutSpeedsIsKnownToBeSlow) {
  const TrafficState state({40}, {});
  EXPECT_EQ(ViewAt(state, kStartMs, 30).level, Level::kStationary);
  EXPECT_EQ(ViewAt(state, kStartMs, 30).age_class, 0);
  EXPECT_EQ(ViewAt(state, kStartMs, 0).level, Level::kUnknown);
}

TEST(ViewSegment, ALittleWaterDoesNotSayThatAStreetIsFree) {
  // 12 cm can be driven at 34 km/h, faster than a lane's 25 km/h.
  TrafficState lane({25}, {});
  const SegmentView wet = ViewAt(lane, kStartMs, 12);
  EXPECT_EQ(wet.level, Level::kUnknown);
  EXPECT_EQ(wet.speed_kmh, 0);
  EXPECT_EQ(wet.age_class, 2);
  lane.Apply(0, kStartMs, 25, Source::kLive);
  EXPECT_EQ(ViewAt(lane, kStartMs, 12).level, Level::kFree) << "measured, it is";
  EXPECT_EQ(ViewAt(lane, kStartMs, 12).speed_kmh, 25);
}

TEST(JamFactor, FollowsItsFormula) {
  EXPECT_DOUBLE_EQ(JamFactor(40, 40, Level::kFree), 0);
  EXPECT_NEAR(JamFactor(22, 40, Level::kSlow), 5, 1e-9);
  EXPECT_DOUBLE_EQ(JamFactor(0, 40, Level::kStationary), 9.9) << "10 is for closures";
  EXPECT_DOUBLE_EQ(JamFactor(0, 40, Level::kClosed), 10);
  EXPECT_DOUBLE_EQ(JamFactor(80, 40, Level::kFree), 0);
}

}  // namespace
}  // namespace citylayers::traffic
