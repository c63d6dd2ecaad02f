#include "services/alerts/rules/rule_engine.h"

#include <iterator>

#include "services/alerts/rules/jam_rule.h"
#include "services/alerts/rules/outage_rule.h"
#include "services/alerts/rules/stage_rule.h"
#include "services/alerts/rules/street_depth_rule.h"

namespace citylayers::alerts {
namespace {

using storage::RuleStateRecord;

template <typename T>
void Append(std::vector<T> from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

std::vector<std::unique_ptr<Rule>> MakeRules(const RuleOptions& options) {
  std::vector<std::unique_ptr<Rule>> rules;
  rules.push_back(std::make_unique<StageRule>(options.stage));
  rules.push_back(std::make_unique<StreetDepthRule>(options.street_depth));
  rules.push_back(std::make_unique<JamRule>(options.jam));
  rules.push_back(std::make_unique<OutageRule>(options.outage));
  return rules;
}

void RuleEngine::Restore(absl::Span<const RuleStateRecord> states) {
  for (const RuleStateRecord& state : states) {
    if (Rule* rule = Find(state.rule)) rule->Restore(state);
  }
}

std::vector<Transition> RuleEngine::Evaluate(const RuleInput& input) {
  std::vector<Transition> out;
  for (const auto& rule : rules_) Append(rule->Evaluate(input), out);
  return out;
}

std::vector<Transition> RuleEngine::Continue() {
  std::vector<Transition> out;
  for (const auto& rule : rules_) Append(rule->Continue(), out);
  return out;
}

void RuleEngine::Commit(const Transition& transition, std::uint64_t alert_id) {
  if (Rule* rule = Find(transition.finding.rule)) rule->Commit(transition, alert_id);
}

RuleStateRecord RuleEngine::EndedByHand(const std::string& rule, const std::string& subject) const {
  const Rule* found = Find(rule);
  return found == nullptr ? RuleStateRecord{.rule = rule, .subject = subject}
                          : found->EndedByHand(subject);
}

void RuleEngine::CommitEndedByHand(const RuleStateRecord& state) {
  if (Rule* rule = Find(state.rule)) rule->CommitEndedByHand(state);
}

void RuleEngine::Clear(absl::Time data_from) {
  for (const auto& rule : rules_) rule->Clear(data_from);
}

RuleStateRecord RuleEngine::StateAfterClear(const RuleStateRecord& state,
                                            absl::Time data_from) const {
  const Rule* rule = Find(state.rule);
  return rule == nullptr ? RuleStateRecord{.rule = state.rule, .subject = state.subject}
                         : rule->StateAfterClear(state.subject, data_from);
}

std::vector<SilentSubject> RuleEngine::SilentSubjects() const {
  std::vector<SilentSubject> silent;
  for (const auto& rule : rules_) Append(rule->SilentSubjects(), silent);
  return silent;
}

std::vector<LiveValue> RuleEngine::LiveValues() const {
  std::vector<LiveValue> values;
  for (const auto& rule : rules_) Append(rule->LiveValues(), values);
  return values;
}

Rule* RuleEngine::Find(const std::string& name) const {
  for (const auto& rule : rules_) {
    if (rule->name() == name) return rule.get();
  }
  return nullptr;
}

}  // namespace citylayers::alerts
