// The rule of outages: data that the other rules need are missing.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_OUTAGE_RULE_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_OUTAGE_RULE_H_

#include <vector>

#include "services/alerts/rules/rule.h"
#include "services/alerts/rules/rule_options.h"

namespace citylayers::alerts {

inline constexpr char kOutageRule[] = "outage";

/// One subject per data gap: a gauge, or a whole list. It has one tier, which ends as soon as the
/// gap is closed.
class OutageRule final : public Rule {
 public:
  explicit OutageRule(const OutageRuleOptions& options);

  std::vector<Transition> Evaluate(const RuleInput& input) override;
  std::vector<Transition> Observe(absl::Span<const DataGap> gaps, absl::Time now);
  /// None: an outage has no value.
  std::vector<LiveValue> LiveValues() const override { return {}; }
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_OUTAGE_RULE_H_
