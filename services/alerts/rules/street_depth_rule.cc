#include "services/alerts/rules/street_depth_rule.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"

#include "services/alerts/rules/threshold.h"

namespace citylayers::alerts {

StreetDepthRule::StreetDepthRule(const StreetDepthRuleOptions& options)
    : Rule({.name = kStreetDepthRule,
            .kind = storage::AlertKind::kStreetDepth,
            .timings = std::vector<TierTiming>(options.raise_m.size(),
                                               {.hold = options.hold, .keep = options.keep}),
            .min_tier = options.min_tier}),
      options_(options) {}

std::vector<Transition> StreetDepthRule::Evaluate(const RuleInput& input) {
  if (input.conditions.streets.has_value()) {
    return Observe(*input.conditions.streets, input.now, input.max_age_min);
  }
  Pause();
  return {};
}

std::vector<Transition> StreetDepthRule::Observe(const Complete<StreetDepthObservation>& streets,
                                                 absl::Time now, absl::Duration max_age_min) {
  std::vector<Transition> out;
  if (now - streets.data_time > std::max(options_.stale_after, max_age_min)) {
    Pause();
    return out;
  }
  std::set<std::string> listed;
  for (const StreetDepthObservation& street : streets.items) {
    if (street.street.empty() || !std::isfinite(street.depth_m)) continue;
    const std::string subject =
        absl::StrCat("streets/", street.street_id.empty() ? street.street : street.street_id);
    if (listed.insert(subject).second) ObserveStreet(street, now, Find(subject), out);
  }
  ClearGone(listed, /*value_when_gone=*/0, now, out);
  return out;
}

void StreetDepthRule::ObserveStreet(const StreetDepthObservation& street, absl::Time now,
                                    SubjectState& state, std::vector<Transition>& out) const {
  Finding& finding = state.finding();
  finding.place = {street.street, street.street};
  finding.location = street.location;
  finding.radius_m = std::max(street.radius_m, options_.radius_min_m);
  finding.value = street.depth_m;
  std::vector<TierTest> tests;
  for (const double raise_m : options_.raise_m) {
    tests.push_back({.raises = IsAtLeastM(street.depth_m, raise_m),
                     .clears = IsAtMostM(street.depth_m, raise_m - options_.clear_below_m)});
  }
  state.NoteData(now);
  state.condition().Observe(now, tests);
  const int tier = state.condition().tier();
  Propose(state, tier, tier == 0 ? 0 : options_.raise_m[tier - 1], out);
}

}  // namespace citylayers::alerts
