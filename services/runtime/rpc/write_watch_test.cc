#include "services/runtime/rpc/write_watch.h"

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace citylayers::runtime {
namespace {

class WriteWatchTest : public ::testing::Test {
 protected:
  void Start(WriteWatch::Options options) {
    watch_ = WriteWatch::Start(std::move(options), timer_, [this] { ++cut_; });
  }
  Timer timer_;
  std::shared_ptr<WriteWatch> watch_;
  int cut_ = 0;
  const MonotonicClock clock_{};
};

TEST_F(WriteWatchTest, OnlyAWriteThatLastsTooLongIsCut) {
  Start({.timeout = absl::Seconds(60), .sweep_every = absl::Hours(1)});
  int cancelled = 0;
  WriteWatch::Write first;
  WriteWatch::Write second;
  first.Begin(watch_, [&] { ++cancelled; });
  second.Begin(watch_, [&] { cancelled += 100; });
  EXPECT_FALSE(second.End());
  watch_->Sweep(clock_.Now() + absl::Seconds(50));
  EXPECT_EQ(cancelled, 0);
  watch_->Sweep(clock_.Now() + absl::Seconds(61));
  watch_->Sweep(clock_.Now() + absl::Seconds(62));
  EXPECT_EQ(cancelled, 1) << "once, and only the write that has not ended";
  EXPECT_EQ(cut_, 1);
  EXPECT_TRUE(first.End());
  EXPECT_FALSE(first.End()) << "it has ended";
  second.Begin(watch_, [] {});
  EXPECT_FALSE(second.End());
}

TEST_F(WriteWatchTest, UnderPressureTheTimeIsShorter) {
  const auto share = std::make_shared<MemoryShare>("streams", 100);
  Start({.timeout = absl::Seconds(60),
         .timeout_under_pressure = absl::Seconds(5),
         .sweep_every = absl::Hours(1),
         .streams = share});
  int cancelled = 0;
  WriteWatch::Write write;
  write.Begin(watch_, [&] { ++cancelled; });
  watch_->Sweep(clock_.Now() + absl::Seconds(6));
  EXPECT_EQ(cancelled, 0);
  ASSERT_TRUE(share->TryTake(60));
  watch_->Sweep(clock_.Now() + absl::Seconds(6));
  EXPECT_EQ(cancelled, 1);
}

TEST_F(WriteWatchTest, ItSweepsByItself) {
  Start({.timeout = absl::Milliseconds(1), .sweep_every = absl::Milliseconds(1)});
  absl::Notification cancelled;
  WriteWatch::Write write;
  write.Begin(watch_, [&] { cancelled.Notify(); });
  EXPECT_TRUE(cancelled.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_TRUE(write.End());
}

TEST_F(WriteWatchTest, WithoutAWatchNothingHappens) {
  WriteWatch::Write write;
  write.Begin(nullptr, [] {});
  EXPECT_FALSE(write.End());
}

}  // namespace
}  // namespace citylayers::runtime
