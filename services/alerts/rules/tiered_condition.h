// A condition with tiers, hysteresis and waiting times.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_TIERED_CONDITION_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_TIERED_CONDITION_H_

#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

namespace citylayers::alerts {

/// Result of one observation for one tier.
struct TierTest {
  bool raises = false;  ///< The value is at or past the tier's raise value.
  bool clears = false;  ///< The value is at or past the tier's clear value.
};

/// Times for which a tier must hold before it is in force, and must clear before it ends.
struct TierTiming {
  absl::Duration hold = absl::ZeroDuration();  ///< Minimum time of uninterrupted raising.
  absl::Duration keep = absl::ZeroDuration();  ///< Minimum time of uninterrupted clearing.
  int readings = 1;  ///< Minimum number of consecutive observations, for raising and for clearing.
};

/// The tier in force, from 0 (none) to the number of timings.
///  - Between the clear value and the raise value nothing changes: that is the hysteresis.
///  - A tier in force holds all lower ones in force.
///  - Tiers whose timings are met by the same observation begin or end together, in one step.
/// Value type, not thread-safe. Observe is O(tiers).
///
///   TieredCondition water({{.readings = 2}, {.readings = 2}});
///   water.Observe(now, {{.raises = true}, {.raises = false, .clears = true}});
///   if (water.tier() > 0) ...
class TieredCondition {
 public:
  explicit TieredCondition(absl::Span<const TierTiming> timings);

  /// Evaluates one observation. An observation earlier than the last one restarts all waiting
  /// times.
  /// `since`: start of the state according to its source, for a time without observations; a tier
  /// that begins to raise with this observation has done so since then, or since the last
  /// observation that did not raise it, whichever is later.
  /// REQUIRES: one test per tier.
  void Observe(absl::Time now, absl::Span<const TierTest> tests,
               absl::Time since = absl::InfiniteFuture());

  /// As Observe, but changes no tier: for an observation that was evaluated before Restore.
  void Warm(absl::Time now, absl::Span<const TierTest> tests);

  /// There is no data: the tier stays, and all waiting times start again.
  void Pause();

  /// Puts a tier in force without waiting, e.g. after a restart.
  void Restore(int tier);

  int tier() const;

 private:
  // A run of consecutive observations with the same result.
  struct Run {
    int count = 0;
    absl::Time since;
    void Add(absl::Time begin) {
      if (count++ == 0) since = begin;
    }
    bool Lasts(absl::Time now, absl::Duration at_least, int count_min) const {
      return count >= count_min && count > 0 && now - since >= at_least;
    }
  };
  struct Tier {
    TierTiming timing;
    bool in_force = false;
    Run raising;
    Run clearing;
    absl::Time last_not_raising = absl::InfinitePast();  // Time of an observation; kept by Pause.
  };

  std::vector<Tier> tiers_;
  absl::Time observed_at_ = absl::InfinitePast();
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_TIERED_CONDITION_H_
