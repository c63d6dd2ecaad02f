#include "services/tools/replay/timetable.h"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::replay {
namespace {

using ::testing::ElementsAre;

std::vector<std::int64_t> DueSeconds(absl::Duration from, absl::Duration to, absl::Duration period,
                                     absl::Duration phase, int thin = 1) {
  std::vector<std::int64_t> due;
  ForEachDue(from, to, period, phase, thin,
             [&](absl::Duration at) { due.push_back(absl::ToInt64Seconds(at)); });
  return due;
}

TEST(Timetable, BeginIsLeftOutAndEndIsTakenIn) {
  EXPECT_THAT(
      DueSeconds(absl::Seconds(10), absl::Seconds(30), absl::Seconds(10), absl::ZeroDuration()),
      ElementsAre(20, 30));
}

TEST(Timetable, PhaseShiftsTheFirst) {
  EXPECT_THAT(
      DueSeconds(absl::ZeroDuration(), absl::Seconds(30), absl::Seconds(10), absl::Seconds(7)),
      ElementsAre(7, 17, 27));
}

TEST(Timetable, ThinKeepsOneInThree) {
  EXPECT_THAT(
      DueSeconds(absl::ZeroDuration(), absl::Seconds(100), absl::Seconds(10), absl::Seconds(5), 3),
      ElementsAre(5, 35, 65, 95));
}

// For any division of a period, each reading is due exactly once.
TEST(Timetable, CutsNeitherLoseNorDouble) {
  const absl::Duration period = absl::Seconds(300);
  for (const int phase_s : {0, 1, 149, 299}) {
    const absl::Duration phase = absl::Seconds(phase_s);
    const auto whole = DueSeconds(absl::ZeroDuration(), absl::Seconds(2000), period, phase);
    for (const double step_s : {0.5, 30.0, 30.7, 299.0, 301.0}) {
      std::vector<std::int64_t> pieces;
      for (double t = 0; t < 2000; t += step_s) {
        const auto piece = DueSeconds(absl::Seconds(t), absl::Seconds(std::min(2000.0, t + step_s)),
                                      period, phase);
        pieces.insert(pieces.end(), piece.begin(), piece.end());
      }
      EXPECT_EQ(pieces, whole) << "phase " << phase_s << " s, step " << step_s << " s";
    }
  }
}

TEST(Timetable, AnyHalfMinuteGetsItsEvenShareOfStreets) {
  constexpr int kStreets = 20'000;
  std::vector<int> per_half_minute(10);
  for (std::uint32_t i = 0; i < kStreets; ++i) {
    const std::int64_t phase_s = absl::ToInt64Seconds(PhaseOf(i, absl::Minutes(5)));
    ASSERT_GE(phase_s, 0);
    ASSERT_LT(phase_s, 300);
    ++per_half_minute[static_cast<std::size_t>(phase_s / 30)];
  }
  for (const int count : per_half_minute) EXPECT_NEAR(count, kStreets / 10.0, kStreets / 1000.0);
}

TEST(Timetable, NeighboursAreFarApartInTime) {
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const absl::Duration gap =
        absl::AbsDuration(PhaseOf(i + 1, absl::Minutes(5)) - PhaseOf(i, absl::Minutes(5)));
    EXPECT_GT(gap, absl::Seconds(60));
  }
}

}  // namespace
}  // namespace citylayers::replay
