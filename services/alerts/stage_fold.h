// The readings of one river gauge, evaluated in the order of their times.
#ifndef CITYLAYERS_SERVICES_ALERTS_STAGE_FOLD_H_
#define CITYLAYERS_SERVICES_ALERTS_STAGE_FOLD_H_

#include <map>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/alerts/observations.h"
#include "services/alerts/tiered_condition.h"

namespace citylayers::alerts {

/// Feeds a gauge's readings to a TieredCondition one by one, so that the result is the same however
/// they arrive: alone, many in one batch, or late.
///  - Each reading is evaluated once, at its own time. Profile and suspect readings are left out.
///  - A reading that arrives late, or replaces one of the same time, is evaluated in its place: the
///    condition goes back to the state before it and all later readings are evaluated again. While
///    that lasts, only a tier above all those reached before is reported: see TierToReport.
///  - Two readings that lie further apart than `gap` are not "in a row".
/// Holds the readings of the window that the caller gives, O(readings) memory. Not thread-safe.
///
///   fold.Take(readings, now - absl::Hours(1), now + absl::Hours(1), condition);
///   while (fold.HasNext()) { fold.Next(gap, tests, condition); ... condition.tier() ... }
class StageFold {
 public:
  using Tests = absl::FunctionRef<std::vector<TierTest>(double stage_m)>;

  /// An earlier run evaluated all readings up to this time.
  void Restore(absl::Time read_time);

  /// Forgets the readings; `condition` keeps its tier. The city went back in time.
  void Reset(TieredCondition& condition);

  /// Takes the readings between `oldest` and `newest`, in any order; those that were evaluated
  /// already are ignored. Older ones that are held are dropped. `tests` is used for the readings
  /// before Restore's time: they count for "in a row" and change no tier.
  void Take(absl::Span<const StageReading> readings, absl::Time oldest, absl::Time newest,
            Tests tests, TieredCondition& condition);

  bool HasNext() const { return !waiting_.empty(); }
  /// Evaluates the next reading and returns its value. REQUIRES: HasNext().
  double Next(absl::Duration gap, Tests tests, TieredCondition& condition);

  /// The tier to act on: that of `condition`, or `announced` while late readings are evaluated and
  /// nothing new has come of them.
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
  // The condition before the first of evaluated_; the present one when there is none.
  TieredCondition before_{absl::Span<const TierTiming>()};
  absl::Time before_time_ = absl::InfinitePast();
  absl::Time read_time_ = absl::InfinitePast();
  absl::Time redo_until_ = absl::InfinitePast();
  int redo_tier_ = 0;  // Highest tier that was reached where readings are evaluated again.
  bool is_restored_ = false;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_STAGE_FOLD_H_
