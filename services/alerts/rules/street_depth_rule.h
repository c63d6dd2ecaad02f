// The rule of flooded streets.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_STREET_DEPTH_RULE_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_STREET_DEPTH_RULE_H_

#include <vector>

#include "services/alerts/rules/rule.h"
#include "services/alerts/rules/rule_options.h"

namespace citylayers::alerts {

inline constexpr char kStreetDepthRule[] = "street_depth";

/// One subject per street. Its tiers are the wet classes of depth, each with a raise value and a
/// lower clear value. A street that has left the list is dry.
class StreetDepthRule final : public Rule {
 public:
  explicit StreetDepthRule(const StreetDepthRuleOptions& options);

  std::vector<Transition> Evaluate(const RuleInput& input) override;
  /// Pauses when the list is older than `stale_after` and `max_age_min`.
  std::vector<Transition> Observe(const Complete<StreetDepthObservation>& streets, absl::Time now,
                                  absl::Duration max_age_min = absl::ZeroDuration());

 private:
  void ObserveStreet(const StreetDepthObservation& street, absl::Time now, SubjectState& state,
                     std::vector<Transition>& out) const;

  const StreetDepthRuleOptions options_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_STREET_DEPTH_RULE_H_
