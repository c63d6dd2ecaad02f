// Plays a scenario into a server and drives its city clock.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_REPLAYER_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_REPLAYER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/tools/replay/city_port.h"
#include "services/tools/replay/pacer.h"
#include "services/tools/replay/reading_sender.h"
#include "services/tools/replay/replay_plan.h"
#include "services/tools/replay/scenario_source.h"

namespace citylayers::replay {

struct ReplayOptions {
  double speed = 60;  // city seconds per second, 0.01 to 3600
  /// Sets the city clock back to wall time at the end; else it stays at the replay's end.
  bool release = false;
  std::string driver_id;                           // unique per run; not empty
  absl::Duration tick = absl::Milliseconds(500);   // between two batches of readings
  absl::Duration clock_period = absl::Seconds(1);  // between two calls of SetClock
  absl::Duration hold_after = absl::Seconds(5);    // the clock holds after this time without a call
  absl::Duration warm_up_step = absl::Minutes(10);  // city time per step of the warm-up
  int warm_up_thin = 3;                             // the warm-up sends every third street reading
  absl::Duration driver_wait_max = absl::Seconds(15);  // maximum wait for another driver to stop
  RetryOptions retry;                                  // for calls to the clock
};

struct ReplayProgress {
  bool warming_up = false;
  absl::Time city_time;
  double speed = 0;
  SentCounts sent;
};

/// Drives the clock first and then writes the readings up to that time, so that no reading is ahead
/// of city time. While the server is unavailable, the replay waits: it then continues at the same
/// city time, and repeats the interrupted batch under its sequence. When the server's clock is
/// ahead (it runs on for hold_after after the last call), the replay catches up with it and writes
/// the readings that became due. Not thread-safe.
///
///   Replayer replayer(source, plan, port, pacer, sender, options);
///   absl::Status status = replayer.Run([](const ReplayProgress& p) { ... });
class Replayer {
 public:
  /// The references must outlive this.
  Replayer(const ScenarioSource& source, const ReplayPlan& plan, CityPort& port, Pacer& pacer,
           ReadingSender& sender, ReplayOptions options);

  /// Plays to the plan's end, or until the pacer is stopped (both OK). FAILED_PRECONDITION: another
  /// replay drives the clock; or, with reason CLOCK_BACKWARDS and before any write, city time is
  /// past the plan's start. Other errors: the server's.
  absl::Status Run(const std::function<void(const ReplayProgress&)>& on_progress);

  /// City time up to which readings have been written.
  absl::Time city_time() const { return written_; }

 private:
  absl::Status WarmUp();
  absl::Status Play();
  absl::Status DriveClock(absl::Time* city_time);
  common::v1::SetClockRequest RequestFor(absl::Time city_time) const;
  absl::Status WriteUntil(absl::Time city_time, int thin);
  absl::Status WriteFrame(absl::Time loop_start, absl::Time from, absl::Time to, int thin);
  absl::Status Release();
  absl::Status Hold();
  void Report(bool warming_up);

  const ScenarioSource& source_;
  const ReplayPlan plan_;
  CityPort& port_;
  Pacer& pacer_;
  ReadingSender& sender_;
  const ReplayOptions options_;
  std::function<void(const ReplayProgress&)> on_progress_;
  absl::Time written_;
  std::optional<absl::Time> driven_;  // the server's clock after it last accepted a time
  std::vector<DueReading> due_;       // member to reuse its memory
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_REPLAYER_H_
