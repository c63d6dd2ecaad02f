#include "services/alerts/rules/subject_state.h"

#include <algorithm>

namespace citylayers::alerts {

using storage::RuleStateRecord;

void SubjectState::Restore(const RuleStateRecord& state) {
  condition_.Restore(state.tier);
  announced_tier_ = state.alert_id == 0 ? 0 : state.tier;
  suppressed_tier_ = state.suppressed_tier;
  alert_id_ = state.alert_id;
}

void SubjectState::NoteData(absl::Time now) {
  is_silent_ = false;
  data_time_ = now;
}

std::optional<Transition> SubjectState::Propose(int tier, int min_tier, double threshold) const {
  if (tier < min_tier) tier = 0;
  const bool is_suppressed = suppressed_tier_ > 0;
  Transition transition;
  if (is_suppressed && tier == 0) {
    transition.type = Transition::Type::kForget;
  } else if ((is_suppressed && tier <= suppressed_tier_) || tier == announced_tier_) {
    return std::nullopt;
  } else if (announced_tier_ == 0) {
    transition.type = Transition::Type::kRaise;
  } else if (tier == 0) {
    transition.type = Transition::Type::kResolve;
  } else {
    transition.type =
        tier > announced_tier_ ? Transition::Type::kEscalate : Transition::Type::kEase;
  }
  transition.finding = finding_;
  transition.finding.threshold = threshold;
  transition.tier = tier;
  transition.alert_id = alert_id_;
  transition.state = {.rule = finding_.rule,
                      .subject = finding_.subject,
                      .tier = tier,
                      .alert_id = tier == 0 ? 0 : alert_id_};
  return transition;
}

void SubjectState::Commit(int tier, std::uint64_t alert_id) {
  suppressed_tier_ = 0;
  announced_tier_ = tier;
  alert_id_ = tier == 0 ? 0 : alert_id;
}

RuleStateRecord SubjectState::EndedByHand() const {
  RuleStateRecord state{.rule = finding_.rule, .subject = finding_.subject};
  state.tier = condition_.tier();
  // The announced tier counts as well: an easing that is not yet written must not raise again.
  state.suppressed_tier = std::max(state.tier, announced_tier_);
  return state;
}

void SubjectState::CommitEndedByHand(int suppressed_tier) {
  suppressed_tier_ = suppressed_tier;
  announced_tier_ = 0;
  alert_id_ = 0;
}

bool SubjectState::IsIdle() const {
  return condition_.tier() == 0 && announced_tier_ == 0 && suppressed_tier_ == 0;
}

}  // namespace citylayers::alerts
