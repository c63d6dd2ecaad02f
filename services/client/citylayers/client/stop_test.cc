#include "citylayers/client/stop.h"

#include <thread>

#include <gtest/gtest.h>

namespace citylayers::client {
namespace {

TEST(ManualStop, RunsTheFunctionOnce) {
  ManualStop stop;
  int calls = 0;
  stop.OnStop([&calls] { ++calls; });
  EXPECT_FALSE(stop.stopped());
  stop.Request();
  stop.Request();
  EXPECT_TRUE(stop.stopped());
  EXPECT_EQ(calls, 1);
}

TEST(ManualStop, RunsAFunctionThatIsSetTooLateAtOnce) {
  ManualStop stop;
  stop.Request();
  int calls = 0;
  stop.OnStop([&calls] { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(ManualStop, DoesNotRunARemovedFunction) {
  ManualStop stop;
  int calls = 0;
  stop.OnStop([&calls] { ++calls; });
  stop.OnStop(nullptr);
  stop.Request();
  EXPECT_EQ(calls, 0);
}

TEST(ManualStop, EndsASleepOfAnotherThread) {
  ManualStop stop;
  bool slept_to_the_end = true;
  std::thread sleeper([&] { slept_to_the_end = stop.Sleep(absl::InfiniteDuration()); });
  stop.Request();
  sleeper.join();
  EXPECT_FALSE(slept_to_the_end);
  EXPECT_FALSE(stop.Sleep(absl::InfiniteDuration()));
}

TEST(ManualStop, SleepsToTheEndWithoutARequest) {
  ManualStop stop;
  EXPECT_TRUE(stop.Sleep(absl::ZeroDuration()));
}

}  // namespace
}  // namespace citylayers::client
