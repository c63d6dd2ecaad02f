#include "services/alerts/rules/rule.h"

namespace citylayers::alerts {

using storage::RuleStateRecord;

void Rule::Restore(const RuleStateRecord& state) { Find(state.subject).Restore(state); }

void Rule::Commit(const Transition& transition, std::uint64_t alert_id) {
  const auto it = subjects_.find(transition.finding.subject);
  if (it != subjects_.end()) it->second.Commit(transition.tier, alert_id);
}

RuleStateRecord Rule::EndedByHand(const std::string& subject) const {
  const auto it = subjects_.find(subject);
  if (it == subjects_.end()) return {.rule = name(), .subject = subject};
  return it->second.EndedByHand();
}

void Rule::CommitEndedByHand(const RuleStateRecord& state) {
  const auto it = subjects_.find(state.subject);
  if (it != subjects_.end()) it->second.CommitEndedByHand(state.suppressed_tier);
}

void Rule::Clear(absl::Time /*data_from*/) { subjects_.clear(); }

RuleStateRecord Rule::StateAfterClear(const std::string& subject, absl::Time /*data_from*/) const {
  return {.rule = name(), .subject = subject};
}

std::vector<SilentSubject> Rule::SilentSubjects() const {
  std::vector<SilentSubject> silent;
  for (const auto& [subject, state] : subjects_) {
    if (!state.is_silent() || state.alert_id() == 0) continue;
    silent.push_back({subject, state.alert_id(), DataTime(state)});
  }
  return silent;
}

std::vector<LiveValue> Rule::LiveValues() const {
  std::vector<LiveValue> values;
  for (const auto& [subject, state] : subjects_) {
    // A subject that was restored and not yet observed has no place: its value is unknown.
    if (state.alert_id() != 0 && !state.finding().place.vi.empty()) {
      values.push_back({state.alert_id(), state.finding()});
    }
  }
  return values;
}

void Rule::Pause() {
  for (auto& [subject, state] : subjects_) {
    state.condition().Pause();
    state.SetSilent(true);
  }
}

SubjectState& Rule::Find(const std::string& subject) {
  auto it = subjects_.find(subject);
  if (it == subjects_.end()) {
    Finding finding{.kind = traits_.kind, .rule = name(), .subject = subject};
    it = subjects_.emplace(subject, SubjectState(traits_.timings, std::move(finding))).first;
  }
  return it->second;
}

void Rule::Propose(const SubjectState& state, int tier, double threshold,
                   std::vector<Transition>& out) const {
  if (auto transition = state.Propose(tier, traits_.min_tier, threshold)) {
    out.push_back(*std::move(transition));
  }
}

void Rule::ClearGone(const std::set<std::string>& listed, std::optional<double> value_when_gone,
                     absl::Time now, std::vector<Transition>& out) {
  const std::vector<TierTest> all_clear(traits_.timings.size(), {.clears = true});
  for (auto it = subjects_.begin(); it != subjects_.end();) {
    auto& [subject, state] = *it;
    if (!listed.contains(subject)) {
      if (value_when_gone.has_value()) state.finding().value = *value_when_gone;
      state.SetSilent(false);
      state.condition().Observe(now, all_clear);
      Propose(state, state.condition().tier(), 0, out);
      if (state.IsIdle()) {
        it = subjects_.erase(it);
        continue;
      }
    }
    ++it;
  }
}

}  // namespace citylayers::alerts
