#include "services/tools/replay/reading_sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_city_port.h"

namespace citylayers::replay {
namespace {

using readings::v1::QUALITY_GOOD;

readings::v1::ReadingColumns OneReading(absl::Time at, double value) {
  ColumnsBuilder columns;
  columns.Add(0, "stations/phu-an/measures/water_level", at, value, QUALITY_GOOD);
  return columns.Take();
}

TEST(ColumnsBuilder, MeasuresAreListedOnceAndTimesAreDifferences) {
  ColumnsBuilder columns;
  columns.Add(7, "a", absl::FromUnixMillis(1000), 1.5, QUALITY_GOOD);
  columns.Add(9, "b", absl::FromUnixMillis(1400), 2.5, QUALITY_GOOD);
  columns.Add(7, "a", absl::FromUnixMillis(1300), 3.5, QUALITY_GOOD);
  EXPECT_EQ(columns.size(), 3u);
  const readings::v1::ReadingColumns taken = columns.Take();
  EXPECT_THAT(taken.measures(), testing::ElementsAre("a", "b"));
  EXPECT_THAT(taken.measure_indexes(), testing::ElementsAre(0, 1, 0));
  EXPECT_THAT(taken.time_deltas_ms(), testing::ElementsAre(1000, 400, -100));
  EXPECT_EQ(columns.size(), 0u);
  columns.Add(9, "b", absl::FromUnixMillis(5), 0, QUALITY_GOOD);
  EXPECT_THAT(columns.Take().time_deltas_ms(), testing::ElementsAre(5)) << "begins again";
}

TEST(ReadingSender, ALostAnswerIsAskedForAgainAndStoredOnce) {
  FakePacer pacer;
  FakeCityPort city(pacer);
  ReadingSender sender(city, pacer, {});
  city.failures.push_back({absl::UnavailableError("connection lost"), /*after_storing=*/true});
  ASSERT_TRUE(sender.Send(OneReading(pacer.now, 1.7)).ok());
  EXPECT_EQ(city.stored.size(), 1u);
  EXPECT_EQ(sender.counts().accepted, 1u);
  ASSERT_TRUE(sender.Send(OneReading(pacer.now, 1.6)).ok());
  EXPECT_EQ(city.stored.size(), 2u) << "the next batch has its own number";
  city.failures.push_back({absl::UnavailableError("connection lost"), /*after_storing=*/true});
  ASSERT_TRUE(sender.Send(OneReading(pacer.now + absl::Hours(1), 1.7)).ok());
  EXPECT_EQ(sender.counts().accepted, 2u);
  EXPECT_EQ(sender.counts().rejected, 1u) << "what was refused the first time stays refused";
}

TEST(ReadingSender, WaitsLongerAndLongerWhileTheServerIsAway) {
  FakePacer pacer;
  FakeCityPort city(pacer);
  std::vector<bool> told;
  ReadingSender sender(
      city, pacer,
      {.retry = {.on_change = [&](const absl::Status& status) { told.push_back(status.ok()); }}});
  for (int i = 0; i < 6; ++i) city.failures.push_back({absl::UnavailableError("away")});
  ASSERT_TRUE(sender.Send(OneReading(pacer.now, 1.7)).ok());
  EXPECT_EQ(pacer.now - pacer.start, absl::Seconds(0.25 + 0.5 + 1 + 2 + 4 + 5));
  EXPECT_THAT(told, testing::ElementsAre(false, true)) << "once each, not at every try";
}

TEST(ReadingSender, GivesUpWhenToldTo) {
  FakePacer pacer;
  FakeCityPort city(pacer);
  ReadingSender sender(city, pacer, {.retry = {.give_up_after = absl::Seconds(3)}});
  for (int i = 0; i < 100; ++i) city.failures.push_back({absl::UnavailableError("away")});
  EXPECT_EQ(sender.Send(OneReading(pacer.now, 1.7)).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_LT(city.failures.size(), 100u);
}

TEST(ReadingSender, AFinalErrorIsNotTriedAgain) {
  FakePacer pacer;
  FakeCityPort city(pacer);
  ReadingSender sender(city, pacer, {});
  city.failures.push_back({runtime::WithReason(absl::ResourceExhaustedError("too many rows"),
                                               runtime::kReasonBatchTooLarge)});
  EXPECT_EQ(sender.Send(OneReading(pacer.now, 1.7)).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(pacer.now, pacer.start);
}

TEST(ReadingSender, AStopEndsTheWaiting) {
  FakePacer pacer;
  FakeCityPort city(pacer);
  pacer.on_sleep = [&](absl::Duration) { pacer.stop = true; };
  ReadingSender sender(city, pacer, {});
  for (int i = 0; i < 100; ++i) city.failures.push_back({absl::UnavailableError("away")});
  EXPECT_EQ(sender.Send(OneReading(pacer.now, 1.7)).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(city.failures.size(), 99u);
}

TEST(ReadingSender, TheFirstRefusalIsKeptWithItsMeasure) {
  FakePacer pacer;
  FakeCityPort city(pacer);
  ReadingSender sender(city, pacer, {});
  ASSERT_TRUE(sender.Send(OneReading(pacer.now + absl::Hours(1), 1.7)).ok());
  EXPECT_EQ(sender.counts().rejected, 1u);
  EXPECT_EQ(sender.counts().first_rejection,
            "stations/phu-an/measures/water_level: far ahead of the city");
}

}  // namespace
}  // namespace citylayers::replay
