#include "services/runtime/rpc/call_context.h"

#include <atomic>
#include <memory>

#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

#include "citylayers/common/v1/clock_service.pb.h"
#include "services/runtime/memory_budget.h"
#include "services/runtime/metrics.h"

namespace citylayers::runtime {
namespace {

TEST(MethodLimits, AreReadOrRefused) {
  EXPECT_TRUE(ParseMethodLimits("")->empty());
  const auto limits = ParseMethodLimits("A/B=2,C/D=30");
  ASSERT_TRUE(limits.ok());
  EXPECT_EQ(limits->at("C/D"), 30);
  for (const char* bad : {"A/B", "A=1", "A/B=0", "A/B=x", "A/B=1=2"}) {
    EXPECT_FALSE(ParseMethodLimits(bad).ok()) << bad;
  }
}

TEST(MemoryOfMessages, SmallTextsCountAsTheyAreHeld) {
  common::v1::WatchClockResponse small;
  small.mutable_clock()->set_scenario("x");
  EXPECT_EQ(MemoryOf(small), small.ByteSizeLong());
  google::rpc::Status many;
  for (int i = 0; i < 10'000; ++i) many.add_details();
  EXPECT_GT(MemoryOf(many), 10 * many.ByteSizeLong()) << "an empty message takes 2 bytes encoded";
}

TEST(CallScopeTest, ARequestThatFindsNoRoomIsRefused) {
  Metrics metrics;
  std::atomic<int> running{1};
  const auto share = std::make_shared<MemoryShare>("rpc_requests", 1000);
  const AnonymousAuthenticator everybody;
  {
    CallScope first({}, everybody, metrics, running, nullptr, CallKind::kUnary);
    EXPECT_TRUE(first.HoldRequest(share, 800).ok());
    CallScope second({}, everybody, metrics, running, nullptr, CallKind::kUnary);
    EXPECT_EQ(second.HoldRequest(share, 300).code(), absl::StatusCode::kResourceExhausted);
  }
  EXPECT_EQ(share->used_bytes(), 0u) << "given back when the calls end";
}

}  // namespace
}  // namespace citylayers::runtime
