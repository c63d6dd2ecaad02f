// A fake Pacer for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_PACER_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_PACER_H_

#include <functional>

#include "absl/time/time.h"

#include "services/tools/replay/pacer.h"

namespace citylayers::replay {

/// Time passes only in Sleep. `on_sleep` is called at every step and may stop the run.
class FakePacer final : public Pacer {
 public:
  absl::Time Now() override { return now; }
  bool Sleep(absl::Duration duration) override {
    now += duration;
    if (on_sleep) on_sleep(now - start);
    return !stop;
  }
  bool stopped() override { return stop; }

  const absl::Time start = absl::FromUnixSeconds(1'800'000'000);
  absl::Time now = start;
  bool stop = false;
  std::function<void(absl::Duration)> on_sleep;
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_PACER_H_
