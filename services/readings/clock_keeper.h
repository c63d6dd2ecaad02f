// The owner of the city clock: keeps it durable and tells those who watch it.
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

/// The city clock of this city. A state is on disk before anybody hears of it, so that no restart
/// turns it back. Thread-safe.
class ClockKeeper final : public Clock {
 public:
  /// Restores the clock from the store. Both outlive this. DATA_LOSS: what was kept is damaged.
  static absl::StatusOr<std::unique_ptr<ClockKeeper>> Load(storage::ReadingsStore& store,
                                                           const Clock& machine,
                                                           ClockLimits limits = {});

  absl::Time Now() const override;
  common::v1::CityClock State() const;
  /// See ClockService.SetClock. Waits for the disk.
  absl::StatusOr<common::v1::CityClock> Set(const common::v1::SetClockRequest& request);
  /// A reading of this time was stored: on the wall clock, no replay goes back before it.
  void NoteReading(absl::Time time);
  /// The time from which the age of readings counts when old ones are dropped: that of the newest
  /// reading stored, and not past the city clock. A clock set ahead drops nothing by itself; a
  /// replay that loops, and so runs ahead of the wall for good, still makes room for what it
  /// brings.
  absl::Time RetentionTime() const;

  /// Calls `listener` after each change, on the thread that made it. After RemoveListener returns,
  /// it is not called any more.
  uint64_t AddListener(std::function<void()> listener);
  void RemoveListener(uint64_t id);

 private:
  ClockKeeper(storage::ReadingsStore& store, const Clock& machine, ClockLimits limits)
      : store_(store), machine_(machine), limits_(limits) {}

  storage::ReadingsStore& store_;
  const Clock& machine_;
  const ClockLimits limits_;
  absl::Mutex setting_;  // one Set at a time; taken before mutex_
  mutable absl::Mutex mutex_;
  CityClockState state_ ABSL_GUARDED_BY(mutex_);
  absl::Time latest_reading_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Mutex listeners_mutex_;
  std::map<uint64_t, std::function<void()>> listeners_ ABSL_GUARDED_BY(listeners_mutex_);
  uint64_t next_listener_ ABSL_GUARDED_BY(listeners_mutex_) = 1;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_CLOCK_KEEPER_H_
