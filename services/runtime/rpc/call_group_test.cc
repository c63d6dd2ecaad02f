#include "services/runtime/rpc/call_group.h"

#include <atomic>
#include <thread>

#include "gtest/gtest.h"

namespace citylayers::runtime {
namespace {

TEST(CallGroup, EndOfAnIdleGroupReturnsAtOnce) {
  CallGroup calls;
  ASSERT_TRUE(calls.Begin());
  calls.Done();
  calls.End();
  calls.End();
}

TEST(CallGroup, EndWaitsForEveryCallUnderWay) {
  CallGroup calls;
  ASSERT_TRUE(calls.Begin());
  ASSERT_TRUE(calls.Begin());
  std::atomic<int> done{0};
  std::thread ender([&] {
    calls.End();
    EXPECT_EQ(done, 2);
  });
  for (int i = 0; i < 2; ++i) {
    ++done;
    calls.Done();
  }
  ender.join();
}

TEST(CallGroup, AClosedGroupRefusesCallsAndStillWaits) {
  CallGroup calls;
  ASSERT_TRUE(calls.Begin());
  calls.Close();
  EXPECT_FALSE(calls.Begin());
  std::atomic<bool> done{false};
  std::thread ender([&] {
    calls.End();
    EXPECT_TRUE(done);
  });
  done = true;
  calls.Done();
  ender.join();
  EXPECT_FALSE(calls.Begin());
}

TEST(CallGroup, TheDestructorWaits) {
  std::atomic<bool> done{false};
  std::thread call;
  {
    CallGroup calls;
    ASSERT_TRUE(calls.Begin());
    call = std::thread([&] {
      done = true;
      calls.Done();
    });
  }
  EXPECT_TRUE(done);
  call.join();
}

}  // namespace
}  // namespace citylayers::runtime
