#include "services/alerts/rules/outage_rule.h"

#include <set>
#include <string>

namespace citylayers::alerts {

OutageRule::OutageRule(const OutageRuleOptions& options)
    : Rule({.name = kOutageRule,
            .kind = storage::AlertKind::kOutage,
            .timings = {{.hold = options.hold}}}) {}

std::vector<Transition> OutageRule::Evaluate(const RuleInput& input) {
  return Observe(input.gaps, input.now);
}

std::vector<Transition> OutageRule::Observe(absl::Span<const DataGap> gaps, absl::Time now) {
  std::vector<Transition> out;
  std::set<std::string> listed;
  for (const DataGap& gap : gaps) {
    if (!listed.insert(gap.subject).second) continue;
    SubjectState& state = Find(gap.subject);
    state.finding().place = gap.place;
    state.finding().location = gap.location;
    state.finding().reason = gap.reason;
    state.condition().Observe(now, {{.raises = true, .clears = false}});
    Propose(state, state.condition().tier(), 0, out);
  }
  ClearGone(listed, std::nullopt, now, out);
  return out;
}

}  // namespace citylayers::alerts
