#include "services/alerts/pending_write.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "services/alerts/alert_life_cycle.h"

namespace citylayers::alerts {
namespace {

using storage::AlertChange;
using storage::AlertEventType;
using storage::AlertRecord;
using storage::AlertState;
using storage::CapRecord;

// An error of one alert, which does not keep the others from being changed.
bool IsOfOneAlert(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsNotFound(status);
}

// The operator who acknowledged it at a lower level may not know of a higher one.
void Reopen(AlertRecord& alert, std::string& comment) {
  absl::StrAppend(&comment, "; open again: ", alert.acknowledged_by,
                  " had acknowledged it at level ", alert.level);
  alert.state = AlertState::kOpen;
  alert.acknowledged_by.clear();
}

}  // namespace

PendingWrite::PendingWrite(const storage::AlertStore& store, const AlertBook& book,
                           CapIssuer& issuer, EvaluationTime time)
    : store_(store),
      book_(book),
      issuer_(issuer),
      time_(std::move(time)),
      next_alert_id_(store.NextAlertId()) {}

absl::Status PendingWrite::AddTransitions(absl::Span<const Transition> transitions,
                                          std::size_t active_max) {
  for (const Transition& transition : transitions) {
    const absl::Status added = AddTransition(transition, active_max);
    if (IsOfOneAlert(added)) {
      item_error_ = added;
    } else {
      RETURN_IF_ERROR(added);
    }
  }
  return absl::OkStatus();
}

absl::Status PendingWrite::AddTransition(const Transition& transition, std::size_t active_max) {
  AlertChange change{.rule_state = transition.state};
  change.rule_state->mode = ModeOf(time_.exercise);
  if (transition.type == Transition::Type::kForget) {
    changes_.push_back(std::move(change));
    commits_.emplace_back(transition, 0);
    return absl::OkStatus();
  }
  AlertRecord alert;
  Finding finding = transition.finding;
  if (transition.type == Transition::Type::kRaise) {
    if (book_.active_count() + (next_alert_id_ - store_.NextAlertId()) >= active_max) {
      ++surplus_;
      return absl::OkStatus();
    }
    alert = NewAlert(transition, next_alert_id_++, time_);
    change.rule_state->alert_id = alert.id;
  } else {
    ASSIGN_OR_RETURN(alert, book_.Get(transition.alert_id));
    // After a restart the subject may not have been observed again: take it from the alert.
    if (finding.place.vi.empty()) finding = FindingOf(alert);
    FollowFinding(finding, alert);
    alert.update_time = time_.city;
    // The texts below name the present place: a jam moves from street to street.
    alert.place = finding.place;
  }
  std::string comment = ReasonFor(transition);
  if (transition.type == Transition::Type::kEscalate && alert.state == AlertState::kAcknowledged) {
    Reopen(alert, comment);
  }
  const AlertText text = TextFor(finding, transition.tier);
  if (transition.tier > 0) {
    SetTier(transition.tier, text, alert);
  } else {
    EndAlert(alert, time_);
  }
  change.events = {
      AuditLine(EventOf(transition.type), time_, kSystemActor, std::move(comment), alert.level)};
  const std::uint64_t id = alert.id;
  change.alert = std::move(alert);
  RETURN_IF_ERROR(AddCap(text, change));
  changes_.push_back(std::move(change));
  commits_.emplace_back(transition, id);
  return absl::OkStatus();
}

absl::Status PendingWrite::AddRenewals() {
  std::vector<AlertRecord> due = book_.FindActive(
      [this](const AlertRecord& alert) { return issuer_.IsRenewalDue(alert, time_.city); });
  for (AlertRecord& alert : due) {
    const bool changes_anyway =
        std::any_of(changes_.begin(), changes_.end(), [&](const AlertChange& change) {
          return change.alert.has_value() && change.alert->id == alert.id;
        });
    if (changes_anyway) continue;
    const absl::Status added = AddRenewal(std::move(alert));
    if (IsOfOneAlert(added)) {
      item_error_ = added;
    } else {
      RETURN_IF_ERROR(added);
    }
  }
  return absl::OkStatus();
}

absl::Status PendingWrite::AddRenewal(AlertRecord alert) {
  AlertText text = TextFor(FindingOf(alert), alert.tier);
  // The current finding has no threshold and no length: the headline stays, the rest is generic.
  text.headline = alert.headline;
  text.description = alert.headline;
  AlertChange change{.alert = std::move(alert)};
  RETURN_IF_ERROR(AddCap(text, change));
  if (change.cap.has_value()) changes_.push_back(std::move(change));
  return absl::OkStatus();
}

absl::StatusOr<AlertRecord> PendingWrite::AddEnd(AlertRecord alert, std::string actor,
                                                 std::string comment) {
  EndAlert(alert, time_);
  AlertChange change{.alert = alert,
                     .events = {AuditLine(AlertEventType::kResolved, time_, std::move(actor),
                                          std::move(comment), alert.level)}};
  RETURN_IF_ERROR(AddCap(EndedText(alert), change));
  alert = *change.alert;
  changes_.push_back(std::move(change));
  return alert;
}

void PendingWrite::AddEvent(AlertRecord alert, AlertEventType type, std::string actor,
                            std::string comment) {
  AlertChange change{
      .events = {AuditLine(type, time_, std::move(actor), std::move(comment), alert.level)}};
  change.alert = std::move(alert);
  changes_.push_back(std::move(change));
}

void PendingWrite::AddRuleState(storage::RuleStateRecord state) {
  changes_.push_back({.rule_state = std::move(state)});
}

absl::Status PendingWrite::AddCap(const AlertText& text, AlertChange& change) {
  absl::StatusOr<std::optional<CapRecord>> cap =
      issuer_.Issue(text, time_.city, time_.scenario, cap_count_, *change.alert);
  if (absl::IsInvalidArgument(cap.status())) {
    // An alert without its message is better than no alert; the error is reported.
    cap_error_ = cap.status();
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(cap.status());
  change.cap = *std::move(cap);
  if (change.cap.has_value()) ++cap_count_;
  return absl::OkStatus();
}

}  // namespace citylayers::alerts
