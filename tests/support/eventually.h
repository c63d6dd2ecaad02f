// Waiting for work that other threads or processes do in real time, in tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_EVENTUALLY_H_
#define CITYLAYERS_TESTS_SUPPORT_EVENTUALLY_H_

#include <chrono>
#include <thread>

#include "absl/time/time.h"

namespace citylayers::test {

/// Polls `condition` every 2 ms until it is true, and returns true; returns false when it is not
/// true after `limit`, which is monotonic time. The caller checks the result, so that a condition
/// that is never met fails the test at its line. Only for work that cannot notify the test and does
/// not follow a fake clock: there, use absl::Notification or the fake clock.
///
///   ASSERT_TRUE(test::Eventually([&] { return server.Stats().open == 0; }));
template <typename Condition>
[[nodiscard]] bool Eventually(Condition condition, absl::Duration limit = absl::Seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(limit);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace citylayers::test

#endif  // CITYLAYERS_TESTS_SUPPORT_EVENTUALLY_H_
