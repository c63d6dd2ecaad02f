// All alert rules together: evaluates the city's conditions and proposes changes of alerts.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_RULE_ENGINE_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_RULE_ENGINE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/alerts/rules/rule.h"
#include "services/alerts/rules/rule_options.h"
#include "services/alerts/rules/transition.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// The rules in the order in which they are evaluated. A new rule is added here.
std::vector<std::unique_ptr<Rule>> MakeRules(const RuleOptions& options);

/// Passes inputs to the rules and their changes back, by the name of the rule.
///  - Raise and clear values differ; `hold` and `keep` are city time; see TieredCondition.
///  - An alert that was ended by hand is not raised again until it has cleared or exceeds its tier.
///  - State changes only with Commit: a proposal whose write failed is made again.
/// Not thread-safe. An evaluation costs O(subjects · log subjects).
///
///   RuleEngine engine(MakeRules(options));
///   engine.Restore(*store.ListRuleStates());
///   for (const Transition& t : engine.Evaluate({conditions, gaps, city_now})) {
///     ... write ...; engine.Commit(t, alert_id);
///   }
class RuleEngine {
 public:
  explicit RuleEngine(std::vector<std::unique_ptr<Rule>> rules) : rules_(std::move(rules)) {}

  /// Restores the state of an earlier run: alerts that it raised are not raised again. States of
  /// rules that do not exist are ignored.
  void Restore(absl::Span<const storage::RuleStateRecord> states);

  /// Evaluates all rules. A rule whose list is missing keeps its state. A subject may have further
  /// transitions: call Continue after Commit, until it returns nothing.
  std::vector<Transition> Evaluate(const RuleInput& input);
  std::vector<Transition> Continue();

  /// The transition has been written. `alert_id`: the alert that now belongs to the subject.
  void Commit(const Transition& transition, std::uint64_t alert_id);

  /// The state to write with an alert that is ended by hand. Call CommitEndedByHand after the
  /// write.
  storage::RuleStateRecord EndedByHand(const std::string& rule, const std::string& subject) const;
  void CommitEndedByHand(const storage::RuleStateRecord& state);

  /// Drops all state, e.g. when a replay takes over the city clock. Data of before `data_from` do
  /// not count.
  void Clear(absl::Time data_from = absl::InfinitePast());
  /// The state to store in place of `state` when Clear is called. Its mode is not set.
  storage::RuleStateRecord StateAfterClear(const storage::RuleStateRecord& state,
                                           absl::Time data_from) const;

  std::vector<SilentSubject> SilentSubjects() const;
  /// The newest values of subjects that have an alert.
  std::vector<LiveValue> LiveValues() const;

 private:
  Rule* Find(const std::string& name) const;  // nullptr: there is no such rule.

  const std::vector<std::unique_ptr<Rule>> rules_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_RULE_ENGINE_H_
