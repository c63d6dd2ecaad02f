// The owner of the city clock: stores it and notifies its watchers.
#ifndef CITYLAYERS_SERVICES_READINGS_CLOCK_KEEPER_H_
#define CITYLAYERS_SERVICES_READINGS_CLOCK_KEEPER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "base/clock.h"
#include "citylayers/common/v1/clock_service.pb.h"
#include "services/readings/city_clock_state.h"
#include "storage/readings/readings_store.h"

namespace citylayers::readings {

/// The city clock of this city. A state is on disk before any watcher receives it, so that no
/// restart sets it back. Thread-safe.
class ClockKeeper final : public Clock {
 public:
  /// Restores the clock from the store. Both must outlive this. DATA_LOSS: the
  /// stored state is damaged.
  static absl::StatusOr<std::unique_ptr<ClockKeeper>> Load(storage::ReadingsStore& store,
                                                           const Clock& machine,
                                                           ClockLimits limits = {});

  absl::Time Now() const override;
  common::v1::CityClock State() const;
  /// See ClockService.SetClock. Blocks until the state is on disk.
  absl::StatusOr<common::v1::CityClock> Set(const common::v1::SetClockRequest& request);
  /// Records the time of a stored reading: on the wall clock, no replay may begin before it.
  void NoteReading(absl::Time time);
  /// The time from which the age of readings is counted when old ones are dropped: that of the
  /// newest stored reading, but not later than the city clock. Setting the clock ahead drops
  /// nothing by itself; a looping replay, which stays ahead of the wall clock, still makes room for
  /// its new readings.
  absl::Time RetentionTime() const;

  /// Calls `listener` after each change, on the thread that made it. It is not called again once
  /// RemoveListener has returned.
  std::uint64_t AddListener(std::function<void()> listener);
  void RemoveListener(std::uint64_t id);

 private:
  ClockKeeper(storage::StateCells& cells, const Clock& machine, ClockLimits limits)
      : cells_(cells), machine_(machine), limits_(limits) {}

  storage::StateCells& cells_;
  const Clock& machine_;
  const ClockLimits limits_;
  absl::Mutex setting_;  // one Set at a time; taken before mutex_
  mutable absl::Mutex mutex_;
  CityClockState state_ ABSL_GUARDED_BY(mutex_);
  absl::Time latest_reading_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Mutex listeners_mutex_;
  std::map<std::uint64_t, std::function<void()>> listeners_ ABSL_GUARDED_BY(listeners_mutex_);
  std::uint64_t next_listener_ ABSL_GUARDED_BY(listeners_mutex_) = 1;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_CLOCK_KEEPER_H_
