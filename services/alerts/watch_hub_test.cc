#include "services/alerts/watch_hub.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::alerts {
namespace {

using storage::AlertRecord;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<double> Values(const std::optional<WatchHub::Changes>& changes) {
  std::vector<double> values;
  for (const AlertRecord& alert : changes->alerts) values.push_back(alert.value);
  return values;
}

TEST(WatchHubTest, ASlowFollowerGetsEachAlertOnceAsItNowIs) {
  WatchHub hub;
  const uint64_t start = hub.version();
  for (int i = 1; i <= 1000; ++i) hub.Publish({{.id = 7, .value = static_cast<double>(i)}});
  hub.Publish({{.id = 8, .value = -1}});
  const auto changes = hub.ChangesSince(start);
  EXPECT_THAT(Values(changes), ElementsAre(1000, -1));
  EXPECT_THAT(Values(hub.ChangesSince(changes->version)), IsEmpty());
}

TEST(WatchHubTest, WhoIsTooFarBehindIsToldToTakeASnapshot) {
  WatchHub hub(/*held_max=*/2);
  const uint64_t start = hub.version();
  hub.Publish({{.id = 1}});
  const uint64_t after_first = hub.version();
  hub.Publish({{.id = 2}, {.id = 3}});
  EXPECT_FALSE(hub.ChangesSince(start).has_value());
  EXPECT_TRUE(hub.ChangesSince(after_first).has_value());
}

TEST(WatchHubTest, AHandleThatIsDroppedIsNotCalledAndMayOutliveTheHub) {
  auto hub = std::make_unique<WatchHub>();
  int wakes = 0;
  auto first = hub->Subscribe([&] { ++wakes; });
  auto second = hub->Subscribe([&] { ++wakes; });
  EXPECT_EQ(hub->follower_count(), 2u);
  hub->Publish({{.id = 1}});
  EXPECT_EQ(wakes, 2);
  first.reset();
  hub->Publish({{.id = 1}});
  EXPECT_EQ(wakes, 3);
  hub->Publish({});
  EXPECT_EQ(wakes, 3);
  hub.reset();
  second.reset();
}

TEST(WatchHubTest, PublishersAndFollowersMayRunAtOnce) {
  WatchHub hub(/*held_max=*/50);
  std::thread publisher([&] {
    for (uint64_t i = 0; i < 2000; ++i) hub.Publish({{.id = i % 100}});
  });
  uint64_t version = hub.version();
  for (int i = 0; i < 2000; ++i) {
    const auto handle = hub.Subscribe([] {});
    const auto changes = hub.ChangesSince(version);
    const uint64_t next = changes ? changes->version : hub.version();
    EXPECT_GE(next, version);
    version = next;
  }
  publisher.join();
}

}  // namespace
}  // namespace citylayers::alerts
