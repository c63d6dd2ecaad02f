// The readings of one river gauge, evaluated in the order of their times.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_STAGE_FOLD_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_STAGE_FOLD_H_

#include <map>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/alerts/rules/observations.h"
#include "services/alerts/rules/tiered_condition.h"

namespace citylayers::alerts {

/// Passes a gauge's readings to a TieredCondition one by one, so that the result is the same
/// however they arrive: alone, many in one batch, or late.
///  - Each reading is evaluated once, at its own time. Profile and suspect readings are left out.
///  - A reading that arrives late, or replaces one of the same time, is evaluated in its place: the
///    condition goes back to the state before it and all later readings are evaluated again. During
///    that, only a tier above all those reached before is reported: see TierToReport.
///  - Two readings further apart than `gap` are not consecutive.
/// Holds the readings of the window that the caller passes, O(readings) memory. Not thread-safe.
///
///   fold.Take(readings, now - absl::Hours(1), now + absl::Hours(1), condition);
///   while (fold.HasNext()) { fold.Next(gap, tests, condition); ... condition.tier() ... }
class StageFold {
 public:
  using Tests = absl::FunctionRef<std::vector<TierTest>(double stage_m)>;

  /// All readings up to this time were evaluated by an earlier run.
  void Restore(absl::Time read_time);

  /// Drops the readings; `condition` keeps its tier. For a city time that went back.
  void Reset(TieredCondition& condition);

  /// Adds the readings between `oldest` and `newest`, in any order; those already evaluated are
  /// ignored. Held readings before `oldest` are dropped. `tests` is used for the readings before
  /// Restore's time: they count as consecutive ones and change no tier.
  void Take(absl::Span<const StageReading> readings, absl::Time oldest, absl::Time newest,
            Tests tests, TieredCondition& condition);

  bool HasNext() const { return !waiting_.empty(); }
  /// Evaluates the next reading and returns its value. REQUIRES: HasNext().
  double Next(absl::Duration gap, Tests tests, TieredCondition& condition);

  /// The tier to act on: that of `condition`, or `announced` while late readings are evaluated and
  /// they reach no new tier.
  int TierToReport(const TieredCondition& condition, int announced) const;

  /// The time of the newest reading that was evaluated; InfinitePast before the first.
  absl::Time read_time() const { return read_time_; }

 private:
  struct Evaluated {
    double stage_m = 0;
    TieredCondition after;  // The condition after it.
  };

  void Rewind(absl::Time time, TieredCondition& condition);
  bool IsRedoing() const { return HasNext() && waiting_.begin()->first <= redo_until_; }

  std::map<absl::Time, double> waiting_;
  std::map<absl::Time, Evaluated> evaluated_;
  // The condition before the first of evaluated_; the present one when evaluated_ is empty.
  TieredCondition before_{absl::Span<const TierTiming>()};
  absl::Time before_time_ = absl::InfinitePast();
  absl::Time read_time_ = absl::InfinitePast();
  absl::Time redo_until_ = absl::InfinitePast();
  int redo_tier_ = 0;  // Highest tier reached before by the readings that are evaluated again.
  bool is_restored_ = false;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_STAGE_FOLD_H_
