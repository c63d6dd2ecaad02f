#include "services/runtime/module.h"

#include "absl/synchronization/notification.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/executor.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/paging.h"
#include "services/runtime/timer.h"

namespace citylayers::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<ModuleSpec> Table() {
  return {{.name = "readings"},
          {.name = "flood", .needs = {"readings"}},
          {.name = "traffic", .needs = {"flood"}}};
}

std::vector<std::string> Names(const std::vector<ModuleSpec>& table, std::string_view targets) {
  const auto specs = ResolveTargets(table, targets);
  EXPECT_TRUE(specs.ok()) << specs.status();
  std::vector<std::string> names;
  for (const ModuleSpec* spec : *specs) names.push_back(spec->name);
  return names;
}

TEST(ResolveTargets, KeepsTheTablesOrder) {
  const auto table = Table();
  EXPECT_THAT(Names(table, "all"), ElementsAre("readings", "flood", "traffic"));
  EXPECT_THAT(Names(table, "traffic, readings"), ElementsAre("readings", "traffic"));
}

TEST(ResolveTargets, AModuleComesAfterThoseItNeeds) {
  const std::vector<ModuleSpec> table = {{.name = "traffic", .needs = {"flood", "readings"}},
                                         {.name = "flood", .needs = {"readings"}},
                                         {.name = "basemap"},
                                         {.name = "readings"}};
  EXPECT_THAT(Names(table, "all"), ElementsAre("readings", "flood", "traffic", "basemap"));
  EXPECT_THAT(Names(table, "traffic,readings"), ElementsAre("readings", "traffic"))
      << "through flood, which runs elsewhere";
}

TEST(ResolveTargets, SuggestsWhatWasMeant) {
  const auto table = Table();
  const auto specs = ResolveTargets(table, "trafic");
  EXPECT_THAT(std::string(specs.status().message()), HasSubstr("did you mean \"traffic\""));
}

TEST(Executor, RefusesWhatItsQueueCannotHold) {
  absl::Notification release, running;
  std::string ran;
  {
    Executor executor(1, 2);
    ASSERT_TRUE(executor.TryPost([&] {
      running.Notify();
      release.WaitForNotification();
    }));
    running.WaitForNotification();
    EXPECT_TRUE(executor.TryPost([&] { ran += '1'; }));
    EXPECT_TRUE(executor.TryPost([&] { ran += '2'; }));
    EXPECT_FALSE(executor.TryPost([&] { ran += '3'; }));
    executor.Post([&] { ran += 's'; });  // steps of admitted calls always find room
    EXPECT_FALSE(executor.TryPost([&] { ran += '4'; }));
    release.Notify();
  }
  EXPECT_EQ(ran, "12s") << "what is queued runs before the destructor returns";
}

TEST(Executor, CallsAndStepsOfStreamsTakeTurns) {
  absl::Notification release, running;
  std::string order;
  {
    Executor executor(1, 4);
    executor.Post([&] {
      running.Notify();
      release.WaitForNotification();
    });
    running.WaitForNotification();
    for (int i = 0; i < 5; ++i) executor.Post([&] { order += 's'; }, Executor::Lane::kStreams);
    // As many stream steps as calls: they do not fill the queue of calls.
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(executor.TryPost([&] { order += 'c'; }));
    EXPECT_EQ(order, "") << "one thread, which is held";
    release.Notify();
  }
  EXPECT_EQ(order, "scscscss");
}

TEST(Timer, RunsInOrderOfTime) {
  std::vector<int> order;
  absl::Notification done;
  Timer timer;
  // Both are added on the timer's own thread, so that it evaluates neither before both are
  // pending. Both are overdue: the test does not wait, and a pause of the machine does not
  // change which is earlier.
  timer.After(absl::ZeroDuration(), [&] {
    timer.After(-absl::Hours(1), [&] {
      order.push_back(2);
      done.Notify();
    });
    timer.After(-absl::Hours(2), [&] { order.push_back(1); });
  });
  done.WaitForNotification();
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(Timer, AnEarlierTaskIsNotHeldBackByALaterOne) {
  absl::Notification done;
  Timer timer;
  timer.After(absl::Hours(1), [] { ADD_FAILURE() << "an hour has not passed"; });
  timer.After(absl::Milliseconds(1), [&] { done.Notify(); });
  done.WaitForNotification();
}

TEST(Paging, SizesAreBounded) {
  EXPECT_EQ(*PageSize(0, 50, 1000), 50);
  EXPECT_EQ(*PageSize(7, 50, 1000), 7);
  EXPECT_EQ(*PageSize(5000, 50, 1000), 1000);
  EXPECT_EQ(PageSize(-1, 50, 1000).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Paging, ATokenIsGoodForItsArgumentsOnly) {
  const std::string token = MakePageToken(1234, "filter=a");
  EXPECT_EQ(*ReadPageToken(token, "filter=a"), 1234U);
  EXPECT_EQ(*ReadPageToken("", "filter=a"), 0U);
  EXPECT_FALSE(ReadPageToken(token, "filter=b").ok());
  EXPECT_FALSE(ReadPageToken("AAAA", "filter=a").ok());
  EXPECT_FALSE(ReadPageToken("!!", "filter=a").ok());
  std::string changed = token;
  changed[0] = changed[0] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(ReadPageToken(changed, "filter=a").ok());
}

TEST(ErrorDetails, TravelAsPayloads) {
  const absl::Status status =
      WithRetryAfter(BadField("tick_ms", "too small"), absl::Milliseconds(1500));
  EXPECT_EQ(status.message(), "tick_ms: too small");
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo").has_value());
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.BadRequest").has_value());
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
}

}  // namespace
}  // namespace citylayers::runtime
