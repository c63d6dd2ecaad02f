// A watcher of the city clock.
#ifndef CITYLAYERS_SERVICES_READINGS_CLOCK_WATCH_H_
#define CITYLAYERS_SERVICES_READINGS_CLOCK_WATCH_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "citylayers/common/v1/clock_service.pb.h"
#include "services/readings/clock_keeper.h"
#include "services/runtime/rpc/stream_source.h"

namespace citylayers::readings {

/// Sends the clock at the start, at every change, and every second of monotonic time. `clock` and
/// `monotonic` must outlive it.
class ClockWatch final : public runtime::StreamSource<common::v1::WatchClockResponse> {
 public:
  static constexpr absl::Duration kInterval = absl::Seconds(1);

  ClockWatch(ClockKeeper& clock, const Clock& monotonic)
      : clock_(clock),
        monotonic_(monotonic),
        listener_(clock.AddListener([changed = changed_, waker = waker()] {
          changed->store(true);
          waker->Wake();
        })) {}
  ~ClockWatch() override { clock_.RemoveListener(listener_); }

  absl::StatusOr<runtime::StreamStep> Next(common::v1::WatchClockResponse* response) override {
    const absl::Time now = monotonic_.Now();
    if (!changed_->exchange(false) && now < last_ + kInterval) {
      return runtime::StreamStep::Wait(last_ + kInterval - now);
    }
    last_ = now;
    *response->mutable_clock() = clock_.State();
    return runtime::StreamStep::Message();
  }

 private:
  ClockKeeper& clock_;
  const Clock& monotonic_;
  absl::Time last_ = absl::InfinitePast();
  // Shared with the listener, which may run while this object is being destroyed.
  const std::shared_ptr<std::atomic<bool>> changed_ = std::make_shared<std::atomic<bool>>(true);
  const std::uint64_t listener_;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_CLOCK_WATCH_H_
