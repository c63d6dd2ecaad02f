// A condition with steps, which begins and ends a little late on purpose.
#ifndef CITYLAYERS_SERVICES_ALERTS_TIERED_CONDITION_H_
#define CITYLAYERS_SERVICES_ALERTS_TIERED_CONDITION_H_

#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

namespace citylayers::alerts {

/// What one look at the world says about one tier.
struct TierTest {
  bool raises = false;  ///< The value is at or past the tier's raise value.
  bool clears = false;  ///< The value is at or past the tier's clear value, on the good side.
};

/// How long a tier must hold before it counts, and how long it stays after it no longer does.
struct TierTiming {
  absl::Duration hold = absl::ZeroDuration();  ///< "for": raising without a break this long.
  absl::Duration keep = absl::ZeroDuration();  ///< Clearing without a break this long.
  int readings = 1;  ///< And at least so many looks in a row, for raising and for clearing.
};

/// The tier in force, from 0 (none) to as many as there are timings.
///  - Between the clear value and the raise value nothing changes: that is the hysteresis.
///  - A tier in force holds all lower ones in force.
///  - Where timings and tests say that several tiers begin or end at once, they do so in one step.
/// Value type, not thread-safe. Observe is O(tiers).
///
///   TieredCondition water({{.readings = 2}, {.readings = 2}});
///   water.Observe(now, {{.raises = true}, {.raises = false, .clears = true}});
///   if (water.tier() > 0) ...
class TieredCondition {
 public:
  explicit TieredCondition(absl::Span<const TierTiming> timings);

  /// Takes one look into account. A look from before the last one starts all waiting anew.
  /// `since`: how long it has been so already, where the world tells and nobody looked meanwhile; a
  /// tier that begins to raise with this look did so since then, or since the last look that said
  /// otherwise.
  /// REQUIRES: one test a tier.
  void Observe(absl::Time now, absl::Span<const TierTest> tests,
               absl::Time since = absl::InfiniteFuture());

  /// As Observe, but changes no tier: a look that an earlier run acted on, after Restore.
  void Warm(absl::Time now, absl::Span<const TierTest> tests);

  /// There is no data: the tier stays, and whatever was waiting starts anew.
  void Pause();

  /// Puts a tier in force without waiting, e.g. after a restart.
  void Restore(int tier);

  int tier() const;

 private:
  // A run of looks in a row that say the same.
  struct Run {
    int looks = 0;
    absl::Time since;
    void Add(absl::Time begin) {
      if (looks++ == 0) since = begin;
    }
    bool Lasts(absl::Time now, absl::Duration at_least, int looks_min) const {
      return looks >= looks_min && looks > 0 && now - since >= at_least;
    }
  };
  struct Tier {
    TierTiming timing;
    bool in_force = false;
    Run raising;
    Run clearing;
    absl::Time last_not_raising = absl::InfinitePast();  // A look; outlives Pause.
  };

  std::vector<Tier> tiers_;
  absl::Time last_look_ = absl::InfinitePast();
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_TIERED_CONDITION_H_
