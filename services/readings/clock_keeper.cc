#include "services/readings/clock_keeper.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"

namespace citylayers::readings {
namespace {

constexpr char kStateKey[] = "city_clock";

}  // namespace

absl::StatusOr<std::unique_ptr<ClockKeeper>> ClockKeeper::Load(storage::ReadingsStore& store,
                                                               const Clock& machine,
                                                               ClockLimits limits) {
  std::unique_ptr<ClockKeeper> keeper(new ClockKeeper(store.state(), machine, limits));
  ASSIGN_OR_RETURN(const std::string kept, store.state().Get(kStateKey));
  if (!kept.empty()) {
    ASSIGN_OR_RETURN(CityClockState state, CityClockState::Restore(kept, machine.Now()));
    absl::MutexLock lock(&keeper->mutex_);
    keeper->state_ = std::move(state);
  }
  std::vector<std::uint32_t> all(store.Stats().series_count);
  std::iota(all.begin(), all.end(), 0);
  for (const std::optional<storage::StoredReading>& latest : store.series().Latest(all)) {
    if (latest.has_value()) keeper->NoteReading(absl::FromUnixMillis(latest->time_ms));
  }
  return keeper;
}

absl::Time ClockKeeper::Now() const {
  const absl::Time machine_now = machine_.Now();
  absl::MutexLock lock(&mutex_);
  return state_.Now(machine_now);
}

common::v1::CityClock ClockKeeper::State() const {
  const absl::Time machine_now = machine_.Now();
  absl::MutexLock lock(&mutex_);
  return state_.ToProto(machine_now);
}

void ClockKeeper::NoteReading(absl::Time time) {
  absl::MutexLock lock(&mutex_);
  latest_reading_ = std::max(latest_reading_, time);
}

absl::Time ClockKeeper::RetentionTime() const {
  const absl::Time machine_now = machine_.Now();
  absl::MutexLock lock(&mutex_);
  return std::min(state_.Now(machine_now), latest_reading_);
}

absl::StatusOr<common::v1::CityClock> ClockKeeper::Set(const common::v1::SetClockRequest& request) {
  common::v1::CityClock told;
  {
    absl::MutexLock setting(&setting_);
    CityClockState next;
    const absl::Time machine_now = machine_.Now();
    {
      absl::MutexLock lock(&mutex_);
      next = state_;
      RETURN_IF_ERROR(next.Set(request, machine_now, latest_reading_, limits_));
    }
    RETURN_IF_ERROR(cells_.Put(kStateKey, next.Encode()));
    told = next.ToProto(machine_now);
    absl::MutexLock lock(&mutex_);
    state_ = std::move(next);
  }
  absl::MutexLock lock(&listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener();
  return told;
}

std::uint64_t ClockKeeper::AddListener(std::function<void()> listener) {
  absl::MutexLock lock(&listeners_mutex_);
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

void ClockKeeper::RemoveListener(std::uint64_t id) {
  absl::MutexLock lock(&listeners_mutex_);
  listeners_.erase(id);
}

}  // namespace citylayers::readings
