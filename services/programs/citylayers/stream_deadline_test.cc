#include "services/programs/citylayers/stream_deadline.h"

#include "absl/synchronization/notification.h"
#include <gtest/gtest.h>

namespace citylayers::cli {
namespace {

TEST(StreamDeadline, AWaitThatIsTooLongExpires) {
  absl::Notification expired;
  StreamDeadline deadline(absl::Milliseconds(20), [&] { expired.Notify(); });
  EXPECT_FALSE(deadline.expired());
  EXPECT_TRUE(
      deadline.During([&] { return expired.WaitForNotificationWithTimeout(absl::Minutes(1)); }));
  EXPECT_TRUE(deadline.expired());
}

TEST(StreamDeadline, ManyShortWaitsDoNotAddUp) {
  int expired = 0;
  {
    StreamDeadline deadline(absl::Minutes(10), [&] { ++expired; });
    for (int i = 0; i < 10'000; ++i) EXPECT_EQ(deadline.During([i] { return i; }), i);
    EXPECT_FALSE(deadline.expired());
  }
  EXPECT_EQ(expired, 0);
}

TEST(StreamDeadline, WhatHappensBetweenTheWaitsIsNotTimed) {
  absl::Notification expired;
  StreamDeadline deadline(absl::Milliseconds(1), [&] { expired.Notify(); });
  EXPECT_FALSE(expired.WaitForNotificationWithTimeout(absl::Milliseconds(50)));
  EXPECT_FALSE(deadline.expired());
}

}  // namespace
}  // namespace citylayers::cli
