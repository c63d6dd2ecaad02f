#include "storage/readings/reading_run.h"

#include <cmath>
#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace citylayers::storage {
namespace {

constexpr std::int64_t kStartMs = 1'666'000'000'000;

// Compares with a map: any order, repeats, gaps, values of any bits, compacted at any time.
TEST(ReadingRun, IsAMapByTime) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 40; ++round) {
    ReadingRun run;
    std::map<std::int64_t, StoredReading> model;
    const std::int64_t span = round % 2 == 0 ? 300 : 1'000'000'000'000;
    std::int64_t next_ms = kStartMs;
    std::ptrdiff_t counted = 0;
    for (int i = 0; i < 1500; ++i) {
      next_ms += 60'000;
      const bool late = random() % 100 < static_cast<std::uint64_t>(round);
      const StoredReading reading{
          late ? kStartMs +
                     static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(span)) * 1000
               : next_ms,
          round % 3 == 0 ? std::ldexp(static_cast<double>(random()), -40)
                         : static_cast<double>(random() % 1000) / 10,
          static_cast<std::uint8_t>(random() % 50 == 0 ? random() % 5 : 0)};
      counted += run.Insert(reading);
      model[reading.time_ms] = reading;
      ASSERT_EQ(counted, static_cast<std::ptrdiff_t>(run.size()));
      ASSERT_GE(run.size(), model.size());
      ASSERT_LE(run.size(), model.size() + ReadingRun::kLateMax);
      if (random() % 200 == 0) {
        counted += run.Compact();
        ASSERT_EQ(run.size(), model.size());
      }
    }
    std::vector<StoredReading> expected;
    for (const auto& [time_ms, reading] : model) expected.push_back(reading);
    ASSERT_EQ(run.All(), expected) << round;
    for (int query = 0; query < 50; ++query) {
      const std::int64_t start = kStartMs + static_cast<std::int64_t>(random() % 90'000'000);
      const std::int64_t end = start + static_cast<std::int64_t>(random() % 20'000'000);
      std::vector<StoredReading> got;
      run.Collect(start, end, got);
      std::vector<StoredReading> wanted;
      for (const StoredReading& reading : expected) {
        if (reading.time_ms >= start && reading.time_ms < end) wanted.push_back(reading);
      }
      ASSERT_EQ(got, wanted);
    }
  }
}

TEST(ReadingRun, ASteadySensorTakesAFewBytesAReading) {
  ReadingRun run;
  for (int i = 0; i < 2000; ++i) {
    run.Insert({kStartMs + i * 60'000, static_cast<double>(300 + (i * 37) % 90) / 10, 0});
  }
  run.Compact();
  EXPECT_LT(run.memory_bytes(), 2000u * 6);
}

// A gateway sends its whole day again after it is connected.
TEST(ReadingRun, AllOfItAgainReplacesEachReading) {
  ReadingRun run;
  for (const double value : {1.0, 2.0}) {
    for (int i = 0; i < 1000; ++i) run.Insert({kStartMs + i * 60'000, value, 0});
  }
  run.Compact();
  EXPECT_EQ(run.size(), 1000u);
  for (const StoredReading& reading : run.All()) ASSERT_EQ(reading.value, 2.0);
  EXPECT_FALSE(run.IsCompactable());
}

// A run's address decides whether its 33rd reading encodes a block already, so several addresses
// are tested: such a run has one reading left and nothing to compact.
TEST(ReadingRun, FewReadingsTakeNoMoreThanTheirOwn) {
  std::vector<ReadingRun> runs(64);
  int compactable = 0;
  for (ReadingRun& run : runs) {
    EXPECT_EQ(run.memory_bytes(), 0u);
    for (int i = 0; i < 32; ++i) run.Insert({kStartMs + i, 1, 0});
    EXPECT_TRUE(run.IsCompactable());
    run.Insert({kStartMs + 32, 1, 0});
    const bool whole = run.IsCompactable();
    run.Compact();
    EXPECT_FALSE(run.IsCompactable());
    EXPECT_EQ(run.size(), 33u);
    if (!whole) continue;
    ++compactable;
    EXPECT_LT(run.memory_bytes(), 200u);
  }
  EXPECT_GT(compactable, 32);
}

}  // namespace
}  // namespace citylayers::storage
