#include "services/alerts/rules/tiered_condition.h"

#include <algorithm>

namespace citylayers::alerts {

TieredCondition::TieredCondition(absl::Span<const TierTiming> timings) {
  for (const TierTiming& timing : timings) tiers_.push_back({.timing = timing});
}

void TieredCondition::Observe(absl::Time now, absl::Span<const TierTest> tests, absl::Time since) {
  if (now < observed_at_) Pause();
  observed_at_ = now;
  for (size_t i = 0; i < tiers_.size() && i < tests.size(); ++i) {
    Tier& tier = tiers_[i];
    if (tests[i].raises) {
      tier.raising.Add(std::min(now, std::max(since, tier.last_not_raising)));
    } else {
      tier.raising = {};
      tier.last_not_raising = now;
    }
    if (tests[i].clears) {
      tier.clearing.Add(now);
    } else {
      tier.clearing = {};
    }
    if (!tier.in_force) {
      tier.in_force = tier.raising.Lasts(now, tier.timing.hold, tier.timing.readings);
    } else if (tier.clearing.Lasts(now, tier.timing.keep, tier.timing.readings)) {
      tier.in_force = false;
    }
  }
  for (int i = tier(); i > 0; --i) tiers_[i - 1].in_force = true;
}

void TieredCondition::Warm(absl::Time now, absl::Span<const TierTest> tests) {
  std::vector<bool> in_force;
  for (const Tier& tier : tiers_) in_force.push_back(tier.in_force);
  Observe(now, tests);
  for (size_t i = 0; i < tiers_.size(); ++i) tiers_[i].in_force = in_force[i];
}

void TieredCondition::Pause() {
  for (Tier& tier : tiers_) tier.raising = tier.clearing = {};
}

void TieredCondition::Restore(int tier) {
  for (size_t i = 0; i < tiers_.size(); ++i) tiers_[i].in_force = static_cast<int>(i) < tier;
  Pause();
}

int TieredCondition::tier() const {
  for (size_t i = tiers_.size(); i > 0; --i) {
    if (tiers_[i - 1].in_force) return static_cast<int>(i);
  }
  return 0;
}

}  // namespace citylayers::alerts
