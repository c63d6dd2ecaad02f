#include "services/alerts/rules/stage_fold.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace citylayers::alerts {

void StageFold::Restore(absl::Time read_time) {
  read_time_ = read_time;
  is_restored_ = true;
}

void StageFold::Reset(TieredCondition& condition) {
  condition.Pause();
  *this = StageFold();
}

void StageFold::Take(absl::Span<const StageReading> readings, absl::Time oldest, absl::Time newest,
                     Tests tests, TieredCondition& condition) {
  while (!evaluated_.empty() && evaluated_.begin()->first < oldest) {
    before_ = evaluated_.begin()->second.after;
    before_time_ = evaluated_.begin()->first;
    evaluated_.erase(evaluated_.begin());
  }
  waiting_.erase(waiting_.begin(), waiting_.lower_bound(oldest));
  if (evaluated_.empty()) before_ = condition;
  std::map<absl::Time, double> taken;
  for (const StageReading& reading : readings) {
    if (reading.time < oldest || reading.time > newest || !std::isfinite(reading.stage_m)) continue;
    if (IsTrusted(reading.quality)) taken[reading.time] = reading.stage_m;
  }
  for (const auto& [time, stage_m] : taken) {
    if (time > read_time_) {
      waiting_[time] = stage_m;
    } else if (is_restored_) {
      // Runs of consecutive readings were not stored. Without a tier in force no run counts: the
      // readings are evaluated from the beginning.
      if (condition.tier() > 0) condition.Warm(time, tests(stage_m));
      evaluated_.insert_or_assign(time, Evaluated{stage_m, condition});
    } else if (const auto it = evaluated_.find(time);
               it == evaluated_.end() || it->second.stage_m != stage_m) {
      Rewind(time, condition);
      waiting_[time] = stage_m;
    }
  }
  is_restored_ = false;
}

void StageFold::Rewind(absl::Time time, TieredCondition& condition) {
  if (waiting_.contains(time)) return;  // It will be evaluated anyway.
  const auto from = evaluated_.lower_bound(time);
  if (!IsRedoing()) redo_tier_ = 0;
  redo_tier_ = std::max(redo_tier_, condition.tier());
  redo_until_ = std::max(redo_until_, read_time_);
  for (auto it = from; it != evaluated_.end(); ++it) {
    redo_tier_ = std::max(redo_tier_, it->second.after.tier());
    waiting_.emplace(it->first, it->second.stage_m);
  }
  condition = from == evaluated_.begin() ? before_ : std::prev(from)->second.after;
  redo_tier_ = std::max(redo_tier_, condition.tier());
  evaluated_.erase(from, evaluated_.end());
}

double StageFold::Next(absl::Duration gap, Tests tests, TieredCondition& condition) {
  const auto [time, stage_m] = *waiting_.begin();
  const absl::Time last = evaluated_.empty() ? before_time_ : evaluated_.rbegin()->first;
  if (time - last > gap) condition.Pause();
  condition.Observe(time, tests(stage_m));
  evaluated_.insert_or_assign(time, Evaluated{stage_m, condition});
  read_time_ = std::max(read_time_, time);
  waiting_.erase(waiting_.begin());
  return stage_m;
}

int StageFold::TierToReport(const TieredCondition& condition, int announced) const {
  const bool is_new = condition.tier() > std::max(redo_tier_, announced);
  return IsRedoing() && !is_new ? announced : condition.tier();
}

}  // namespace citylayers::alerts
