// Tests of the city clock in a real store: restarts, readings, watchers.
#include "services/readings/clock_keeper.h"

#include <atomic>
#include <thread>

#include "gtest/gtest.h"

#include "services/readings/clock_watch.h"
#include "tests/support/readings_fixture.h"

namespace citylayers::readings {
namespace {

using runtime::StreamStep;

class ClockKeeperTest : public TestReadings {};

TEST_F(ClockKeeperTest, TheCityClockOutlivesTheProcessAndRulesTheReadings) {
  const absl::Time tide = kNow - absl::Hours(24 * 300);
  common::v1::SetClockRequest request;
  request.set_mode(common::v1::CLOCK_MODE_REPLAY);
  *request.mutable_city_time() = ToProtoTime(tide);
  request.set_speed(60);
  ClockWatch watch(*clock_, monotonic_);
  common::v1::WatchClockResponse told;
  EXPECT_EQ(watch.Next(&told)->kind, StreamStep::Kind::kMessage);
  EXPECT_EQ(watch.Next(&told)->kind, StreamStep::Kind::kWait);
  ASSERT_TRUE(clock_->Set(request).ok());
  EXPECT_EQ(watch.Next(&told)->kind, StreamStep::Kind::kMessage) << "at every change";
  EXPECT_EQ(told.clock().mode(), common::v1::CLOCK_MODE_REPLAY);
  machine_.now += absl::Seconds(1);
  monotonic_.now += absl::Seconds(1);
  EXPECT_EQ(watch.Next(&told)->kind, StreamStep::Kind::kMessage) << "and every second";
  EXPECT_EQ(FromProtoTime(told.clock().city_time()), tide + absl::Seconds(60));

  EXPECT_EQ(Write({{kLevel, tide, 1}, {kLevel, kNow, 1}}).rejections(0).reason(),
            v1::REJECT_REASON_FAR_FUTURE);
}

TEST_F(ClockKeeperTest, AWatcherGetsTheClockEverySecondThoughTheWallClockIsSetBack) {
  ClockWatch watch(*clock_, monotonic_);
  common::v1::WatchClockResponse message;
  ASSERT_EQ(watch.Next(&message)->kind, StreamStep::Kind::kMessage);
  machine_.now -= absl::Hours(1);
  EXPECT_EQ(watch.Next(&message)->kind, StreamStep::Kind::kWait);
  monotonic_.now += absl::Seconds(1);
  EXPECT_EQ(watch.Next(&message)->kind, StreamStep::Kind::kMessage);
  EXPECT_EQ(FromProtoTime(message.clock().city_time()), machine_.now);
}

TEST_F(ClockKeeperTest, AfterARestartTheClockHoldsUntilItsDriverReturns) {
  common::v1::SetClockRequest request;
  request.set_mode(common::v1::CLOCK_MODE_REPLAY);
  *request.mutable_city_time() = ToProtoTime(kNow + absl::Hours(5));
  request.set_speed(60);
  ASSERT_TRUE(clock_->Set(request).ok());
  machine_.now += absl::Minutes(10);
  Open();
  EXPECT_EQ(clock_->Now(), kNow + absl::Hours(5) + absl::Seconds(300));
  machine_.now += absl::Minutes(10);
  EXPECT_EQ(clock_->Now(), kNow + absl::Hours(5) + absl::Seconds(300));
  EXPECT_TRUE(clock_->State().held());
}

TEST_F(ClockKeeperTest, OnTheWallNoReplayGoesBackBehindWhatWasRead) {
  Write({{kLevel, kNow, 1}});
  Open();
  common::v1::SetClockRequest request;
  request.set_mode(common::v1::CLOCK_MODE_REPLAY);
  *request.mutable_city_time() = ToProtoTime(kNow - absl::Seconds(1));
  request.set_speed(60);
  EXPECT_EQ(clock_->Set(request).status().code(), absl::StatusCode::kFailedPrecondition);
  *request.mutable_city_time() = ToProtoTime(kNow);
  EXPECT_TRUE(clock_->Set(request).ok());
}

//  week 0         1 2 3 ...        56     57
//  readings       | | |             |                      kept: 400 days before the newest
//  clock                                       2222        drops no reading by itself
TEST_F(ClockKeeperTest, AClockSetFarAheadDropsNoReadings) {
  Write({{kLevel, kNow - absl::Hours(24 * 300), 1}, {kLevel, kNow, 2}});
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  machine_.now += absl::Hours(24 * 365 * 200);
  EXPECT_EQ(clock_->RetentionTime(), kNow);
  ASSERT_TRUE(store_->upkeep().DropExpired(clock_->RetentionTime()).ok());
  v1::QueryReadingsRequest all = Asking(kLevel);
  *all.mutable_start_time() = ToProtoTime(kNow - absl::Hours(24 * 301));
  EXPECT_EQ(Query(all).size(), 2u);
  // A reading of that time causes the old ones to be dropped.
  Write({{kLevel, machine_.now, 3}});
  EXPECT_EQ(clock_->RetentionTime(), machine_.now);
  Open();
  EXPECT_EQ(clock_->RetentionTime(), machine_.now);
}

TEST_F(ClockKeeperTest, AMistypedReplayDateIsRefused) {
  common::v1::SetClockRequest request;
  request.set_mode(common::v1::CLOCK_MODE_REPLAY);
  *request.mutable_city_time() = ToProtoTime(kNow + absl::Hours(24 * 365 * 200));
  request.set_speed(60);
  EXPECT_EQ(clock_->RetentionTime(), absl::InfinitePast()) << "there is no reading";
  EXPECT_TRUE(store_->upkeep().DropExpired(clock_->RetentionTime()).ok());
  Write({{kLevel, kNow, 1}});
  EXPECT_EQ(clock_->Set(request).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(clock_->Now(), kNow);
}

TEST_F(ClockKeeperTest, ReadersOnOtherThreadsNeverSeeItGoBack) {
  std::atomic<bool> done = false;
  std::thread reader([&] {
    for (absl::Time last = kNow; !done;) {
      const absl::Time now = clock_->Now();
      ASSERT_GE(now, last);
      clock_->NoteReading(now);
      ASSERT_LE(clock_->RetentionTime(), clock_->Now());
      last = now;
    }
  });
  for (int hour = 1; hour <= 20; ++hour) {
    common::v1::SetClockRequest request;
    request.set_mode(common::v1::CLOCK_MODE_REPLAY);
    *request.mutable_city_time() = ToProtoTime(kNow + absl::Hours(hour));
    request.set_speed(60);
    EXPECT_TRUE(clock_->Set(request).ok());
  }
  done = true;
  reader.join();
}

}  // namespace
}  // namespace citylayers::readings
