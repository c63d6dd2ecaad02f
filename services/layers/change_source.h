// The server's side of a stream of changes: messages when there are some, else heartbeats.
#ifndef CITYLAYERS_SERVICES_LAYERS_CHANGE_SOURCE_H_
#define CITYLAYERS_SERVICES_LAYERS_CHANGE_SOURCE_H_

#include <deque>
#include <utility>

#include "absl/time/time.h"

#include "base/clock.h"
#include "services/runtime/rpc/stream_source.h"

namespace citylayers::layers {

/// Sends the messages that Collect makes, one by one, and an empty one when nothing was sent for
/// kHeartbeat. The producer of the changes wakes it.
template <typename Response>
class ChangeSource : public runtime::StreamSource<Response> {
 public:
  static constexpr absl::Duration kHeartbeat = absl::Seconds(5);

  /// `machine_clock` paces heartbeats and must outlive this: a monotonic clock.
  explicit ChangeSource(const Clock& machine_clock) : machine_clock_(machine_clock) {}

  absl::StatusOr<runtime::StreamStep> Next(Response* response) override {
    if (pending_.empty()) Collect(pending_);
    const absl::Time now = machine_clock_.Now();
    if (pending_.empty()) {
      const absl::Duration until_heartbeat = sent_at_ + kHeartbeat - now;
      if (until_heartbeat > absl::ZeroDuration()) {
        return runtime::StreamStep::Wait(until_heartbeat);
      }
    } else {
      *response = std::move(pending_.front());
      pending_.pop_front();
    }
    sent_at_ = now;
    return runtime::StreamStep::Message();
  }

 protected:
  /// Appends the messages that lead from what was sent to the present state; none when nothing has
  /// changed. Called when all earlier messages were sent.
  virtual void Collect(std::deque<Response>& messages) = 0;

 private:
  const Clock& machine_clock_;
  std::deque<Response> pending_;
  absl::Time sent_at_ = absl::InfinitePast();
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_CHANGE_SOURCE_H_
