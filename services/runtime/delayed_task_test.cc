#include "services/runtime/delayed_task.h"

#include <atomic>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

#include "tests/support/eventually.h"

namespace citylayers::runtime {
namespace {

// Waits until the timer has run everything that was due before.
void Flush(Timer& timer) {
  absl::Notification done;
  timer.After(absl::ZeroDuration(), [&] { done.Notify(); });
  done.WaitForNotification();
}

TEST(DelayedTask, TheFunctionRunsOnce) {
  Timer timer;
  std::atomic<int> runs{0};
  DelayedTask task(timer);
  task.Set(absl::ZeroDuration(), [&] { ++runs; });
  Flush(timer);
  Flush(timer);
  EXPECT_EQ(runs, 1);
}

TEST(DelayedTask, ASecondFunctionReplacesThePendingOne) {
  Timer timer;
  std::atomic<int> first{0};
  absl::Notification second;
  DelayedTask task(timer);
  task.Set(absl::Milliseconds(1), [&] { ++first; });
  task.Set(absl::Milliseconds(2), [&] { second.Notify(); });
  second.WaitForNotification();
  EXPECT_EQ(first, 0);
}

TEST(DelayedTask, AFunctionMaySetTheNextOne) {
  Timer timer;
  int runs = 0;
  absl::Notification third;
  DelayedTask task(timer);
  const std::function<void()> run = [&] {
    if (++runs == 3) return third.Notify();
    task.Set(absl::ZeroDuration(), run);
  };
  task.Set(absl::ZeroDuration(), run);
  third.WaitForNotification();
  EXPECT_EQ(runs, 3);
}

TEST(DelayedTask, AfterItsDestructorThePendingFunctionDoesNotRun) {
  Timer timer;
  std::atomic<int> runs{0};
  {
    DelayedTask task(timer);
    task.Set(absl::Milliseconds(1), [&] { ++runs; });
  }
  absl::Notification later;
  timer.After(absl::Milliseconds(2), [&] { later.Notify(); });
  later.WaitForNotification();
  EXPECT_EQ(runs, 0);
}

TEST(DelayedTask, StopDestroysThePendingFunction) {
  Timer timer;
  DelayedTask task(timer);
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = held;
  task.Set(absl::Hours(1), [held = std::move(held)] {});
  EXPECT_FALSE(watched.expired());
  task.Stop();
  EXPECT_TRUE(watched.expired());
}

TEST(DelayedTask, StopWaitsForARunningFunctionWhichSetsNoOther) {
  Timer timer;
  absl::Notification running;
  absl::Notification go_on;
  std::atomic<bool> ended{false};
  std::atomic<int> next{0};
  DelayedTask task(timer);
  task.Set(absl::ZeroDuration(), [&] {
    running.Notify();
    go_on.WaitForNotification();
    task.Set(absl::ZeroDuration(), [&] { ++next; });
    ended = true;
  });
  running.WaitForNotification();
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = held;
  task.Set(absl::Hours(1), [held = std::move(held)] {});
  std::thread stopper([&] {
    task.Stop();
    EXPECT_TRUE(ended);
  });
  ASSERT_TRUE(test::Eventually([&] { return watched.expired(); })) << "Stop has begun";
  go_on.Notify();
  stopper.join();
  Flush(timer);
  EXPECT_EQ(next, 0);
}

TEST(DelayedTask, AFunctionMayDestroyItsTask) {
  Timer timer;
  auto task = std::make_unique<DelayedTask>(timer);
  absl::Notification destroyed;
  task->Set(absl::ZeroDuration(), [&] {
    task.reset();
    destroyed.Notify();
  });
  EXPECT_TRUE(destroyed.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

TEST(DelayedTask, ItMayOutliveItsTimer) {
  auto timer = std::make_unique<Timer>();
  DelayedTask task(*timer);
  task.Set(absl::Hours(1), [] {});
  timer.reset();
  task.Stop();
}

}  // namespace
}  // namespace citylayers::runtime
