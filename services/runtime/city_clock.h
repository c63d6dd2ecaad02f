// The city clock as seen by every module except its owner, the readings module.
#ifndef CITYLAYERS_SERVICES_RUNTIME_CITY_CLOCK_H_
#define CITYLAYERS_SERVICES_RUNTIME_CITY_CLOCK_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "base/clock.h"
#include "citylayers/common/v1/clock_service.pb.h"

namespace citylayers::runtime {

/// City time computed from the last state that the clock's owner sent; one message per second is
/// enough for any speed. Anchored at the arrival of that message, so that machines need not agree
/// on their wall clocks. Thread-safe.
class CityClock final : public Clock {
 public:
  /// `machine` measures the time since the last message; it must outlive this object.
  explicit CityClock(const Clock& machine) : machine_(machine) {}

  /// The city time; the machine's time before the first Set.
  absl::Time Now() const override;
  /// Replaces the state by one received from the owner.
  void Set(const common::v1::CityClock& state);
  /// The last state received; CLOCK_MODE_UNSPECIFIED before the first.
  common::v1::CityClock state() const;
  /// True while a replay drives the clock, that is, during an exercise.
  bool IsReplay() const { return state().mode() == common::v1::CLOCK_MODE_REPLAY; }

 private:
  const Clock& machine_;
  mutable absl::Mutex mutex_;
  common::v1::CityClock state_ ABSL_GUARDED_BY(mutex_);
  absl::Time received_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_CITY_CLOCK_H_
