// Tests that timers and threads keep running when the machine's wall clock is set back.
#include "services/runtime/tick_thread.h"

#include <atomic>
#include <chrono>
#include <ctime>
#include <future>

#include "absl/time/clock.h"
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "services/runtime/monotonic_clock.h"
#include "services/runtime/timer.h"

namespace {
std::atomic<std::time_t> wall_ahead_s{0};
}  // namespace

// Replaces the C library's clock_gettime in this program: the wall clock can be shifted.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += wall_ahead_s.load();
  return result;
}

namespace citylayers::runtime {
namespace {

/// While an instance lives, the wall clock is an hour ahead of the clock that the system waits by.
/// A wait until a wall clock time then takes an hour, as if the clock had been set back meanwhile.
class WrongHour {
 public:
  WrongHour() { wall_ahead_s = 3600; }
  ~WrongHour() { wall_ahead_s = 0; }
};

/// An event whose wait uses the monotonic clock.
class Event {
 public:
  void Notify() { promise_.set_value(); }
  bool Comes() { return promise_.get_future().wait_for(kPatience) == std::future_status::ready; }

 private:
  static constexpr std::chrono::seconds kPatience{20};
  std::promise<void> promise_;
};

TEST(WallClock, IsThisTestsOwn) {
  const absl::Time before = absl::Now();
  const WrongHour wrong;
  EXPECT_GE(absl::Now(), before + absl::Hours(1));
}

TEST(TickThread, TicksOnWhenTheWallClockIsSetBack) {
  const WrongHour wrong;
  Event third;
  int ticks = 0;
  TickThread thread(absl::Milliseconds(5), [&] {
    if (++ticks == 3) third.Notify();
  });
  EXPECT_TRUE(third.Comes());
}

TEST(TickThread, StopsWithinAPeriodHoweverLong) {
  Event first;
  TickThread thread(absl::Hours(1), [&] { first.Notify(); });
  EXPECT_TRUE(first.Comes());
  thread.Stop();
}

TEST(TickThread, WakeBringsTheNextCallForward) {
  Event first, second;
  int ticks = 0;
  TickThread thread(absl::Hours(1), [&] { (++ticks == 1 ? first : second).Notify(); });
  EXPECT_TRUE(first.Comes());
  thread.Wake();
  EXPECT_TRUE(second.Comes());
}

TEST(Timer, RunsWhenTheWallClockIsSetBack) {
  const WrongHour wrong;
  Event done;
  Timer timer;
  timer.After(absl::Milliseconds(5), [&done] { done.Notify(); });
  EXPECT_TRUE(done.Comes());
}

TEST(Timer, ADelayWithoutEndIsHeld) {
  Event done;
  Timer timer;
  timer.After(absl::InfiniteDuration(), [] { FAIL(); });
  timer.After(absl::Milliseconds(1), [&done] { done.Notify(); });
  EXPECT_TRUE(done.Comes());
}

TEST(MonotonicClock, DoesNotFollowTheWallClock) {
  const MonotonicClock clock;
  const absl::Time before = clock.Now();
  const WrongHour wrong;
  EXPECT_GE(clock.Now(), before);
  EXPECT_LT(clock.Now(), before + absl::Hours(1));
}

}  // namespace
}  // namespace citylayers::runtime
