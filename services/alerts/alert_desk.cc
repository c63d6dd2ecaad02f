#include "services/alerts/alert_desk.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "base/status_macros.h"
#include "services/alerts/alert_life.h"
#include "services/alerts/words.h"

namespace citylayers::alerts {
namespace {

using storage::AlertChange;
using storage::AlertEventType;
using storage::AlertKind;
using storage::AlertRecord;
using storage::AlertState;
using storage::CapRecord;
using storage::CityMode;
using storage::RuleStateRecord;

constexpr char kSystem[] = "system";
// At speed 3600 two evaluations one wall second apart are an hour of city time apart: data of the
// last evaluations are fresh.
constexpr absl::Duration kFreshWallTime = absl::Seconds(5);

absl::Duration FreshFor(const Moment& moment) {
  return kFreshWallTime * std::max(1.0, moment.speed);
}

absl::Status CheckLength(absl::string_view field, absl::string_view text, size_t characters_max) {
  size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  if (characters <= characters_max) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": has ", characters,
                                                 " characters; at most ", characters_max,
                                                 " are accepted: shorten it"));
}

CityMode ModeOf(bool exercise) { return exercise ? CityMode::kExercise : CityMode::kReal; }

}  // namespace

// The changes of one write, and what to update in memory after it.
struct AlertDesk::Step {
  std::vector<AlertChange> changes;
  std::vector<std::pair<Transition, uint64_t>> commits;
  uint64_t next_alert_id = 0;
  int caps = 0;
  absl::Status cap_error;
  absl::Status item_error;  // Of a transition that could not be applied; the others were.
  size_t surplus = 0;       // Alerts that were not raised because there are too many.
};

AlertDesk::AlertDesk(storage::AlertStore& store, DeskOptions options)
    : store_(store),
      options_(std::move(options)),
      hub_(options_.watch_held_max),
      engine_(MakeRules(options_.rules)),
      issuer_(store_, options_.cap),
      gap_finder_(options_.rules) {}

absl::StatusOr<std::unique_ptr<AlertDesk>> AlertDesk::Open(storage::AlertStore& store,
                                                           DeskOptions options) {
  RETURN_IF_ERROR(CheckRuleOptions(options.rules));
  RETURN_IF_ERROR(CheckCapOptions(options.cap));
  auto desk = std::unique_ptr<AlertDesk>(new AlertDesk(store, std::move(options)));
  RETURN_IF_ERROR(desk->Load());
  return desk;
}

absl::Status AlertDesk::Load() {
  const absl::MutexLock lock(&write_mutex_);
  ASSIGN_OR_RETURN(std::vector<AlertRecord> alerts, store_.ListActiveAlerts());
  if (!alerts.empty()) exercise_ = alerts.back().exercise;
  ASSIGN_OR_RETURN(std::vector<RuleStateRecord> states, store_.ListRuleStates());
  std::set<uint64_t> ids;
  for (const AlertRecord& alert : alerts) ids.insert(alert.id);
  // A rule state of the other mode, or of an unknown mode, is void. A state that belongs to an
  // active alert takes that alert's mode.
  std::erase_if(states, [&](const RuleStateRecord& state) {
    if (exercise_.has_value() && ids.contains(state.alert_id)) return false;
    if (state.mode == CityMode::kUnknown) return true;
    if (!exercise_.has_value()) exercise_ = state.mode == CityMode::kExercise;
    return state.mode != ModeOf(*exercise_);
  });
  engine_.Restore(states);
  const absl::MutexLock state_lock(&state_mutex_);
  for (AlertRecord& alert : alerts) {
    issuer_.Restore(alert);
    const std::uint64_t id = alert.id;
    active_[id] = std::move(alert);
  }
  return absl::OkStatus();
}

absl::Status AlertDesk::Observe(const Conditions& conditions, const Moment& moment) {
  const absl::MutexLock lock(&write_mutex_);
  if (exercise_.has_value() && *exercise_ != moment.exercise) {
    // The clock changed its mode after the last evaluation, and readings have arrived since: a
    // replay writes some as it begins, and one wall second may be an hour of city time.
    const absl::Duration since_evaluation =
        std::max(absl::ZeroDuration(), moment.wall - std::min(evaluated_at_, moment.wall));
    RETURN_IF_ERROR(EndOtherMode(moment, moment.city - moment.speed * since_evaluation));
  }
  exercise_ = moment.exercise;
  evaluated_at_ = moment.wall;
  scenario_ = moment.scenario;

  Step step{.next_alert_id = store_.NextAlertId()};
  const absl::Status acted = Act(conditions, moment, step);
  // Values are followed even if that failed: a peak that is not recorded now may not come again.
  const absl::Status followed = FollowValues(moment);
  RETURN_IF_ERROR(acted);
  RETURN_IF_ERROR(followed);
  if (step.surplus > 0) {
    return absl::ResourceExhaustedError(absl::StrCat(
        step.surplus, " alerts were not raised: alerts.active_max = ", options_.active_max,
        " are open already"));
  }
  RETURN_IF_ERROR(step.item_error);
  return step.cap_error;
}

// An alert that cannot be read does not keep the others from being changed.
absl::Status AlertDesk::AddAll(const std::vector<Transition>& transitions, const Moment& moment,
                               Step& step) {
  for (const Transition& transition : transitions) {
    const absl::Status added = AddTransition(transition, moment, step);
    if (absl::IsDataLoss(added) || absl::IsNotFound(added)) {
      step.item_error = added;
    } else {
      RETURN_IF_ERROR(added);
    }
  }
  return absl::OkStatus();
}

absl::Status AlertDesk::Act(const Conditions& conditions, const Moment& moment, Step& step) {
  RETURN_IF_ERROR(AddAll(RunRules(conditions, moment), moment, step));
  RETURN_IF_ERROR(AddRenewals(moment, step));
  RETURN_IF_ERROR(Write(step));
  // A gauge that sent many readings at once may have further transitions, e.g. a raise and an end.
  for (std::vector<Transition> more = engine_.Continue(); !more.empty();
       more = engine_.Continue()) {
    Step next{.next_alert_id = store_.NextAlertId()};
    RETURN_IF_ERROR(AddAll(more, moment, next));
    RETURN_IF_ERROR(Write(next));
    step.surplus += next.surplus;
    if (step.item_error.ok()) step.item_error = next.item_error;
    if (step.cap_error.ok()) step.cap_error = next.cap_error;
  }
  return absl::OkStatus();
}

absl::Duration AlertDesk::StageWindow(const Moment& moment) const {
  return std::max(options_.rules.stage.stale_after, FreshFor(moment));
}

std::vector<Transition> AlertDesk::RunRules(const Conditions& conditions, const Moment& moment) {
  const absl::Duration fresh = FreshFor(moment);
  std::vector<DataGap> gaps = gap_finder_.Find(conditions, moment.city, fresh);
  std::vector<Transition> transitions = engine_.Evaluate({conditions, gaps, moment.city, fresh});
  const absl::MutexLock lock(&state_mutex_);
  gaps_ = std::move(gaps);
  return transitions;
}

// `begun`: city time at which the present mode began, or slightly earlier.
absl::Status AlertDesk::EndOtherMode(const Moment& moment, absl::Time begun) {
  // City time is already that of the replay, which is not the time at which a real alert ended.
  Moment end = moment;
  if (moment.exercise) end.city = moment.wall;
  std::vector<AlertRecord> alerts;
  {
    const absl::MutexLock lock(&state_mutex_);
    for (const auto& [id, alert] : active_) alerts.push_back(alert);
  }
  Step step;
  for (AlertRecord& alert : alerts) {
    EndAlert(alert, end);
    AlertChange change{.alert = alert,
                       .events = {AuditLine(AlertEventType::kResolved, end, kSystem,
                                            moment.exercise ? "a replay took over the city clock"
                                                            : "the replay gave the city clock back",
                                            alert.level)}};
    RETURN_IF_ERROR(AddCap(EndedWords(alert), end, change, step));
    step.changes.push_back(std::move(change));
  }
  // Rule states of the other mode are void, including those of alerts that were ended by hand.
  ASSIGN_OR_RETURN(const std::vector<RuleStateRecord> states, store_.ListRuleStates());
  for (const RuleStateRecord& state : states) {
    // Readings of the other mode do not count in this one either, also after a restart.
    RuleStateRecord cleared = engine_.StateAfterClear(state, begun);
    cleared.mode = ModeOf(moment.exercise);
    step.changes.push_back({.rule_state = std::move(cleared)});
  }
  RETURN_IF_ERROR(Write(step));
  engine_.Clear(/*data_from=*/begun);
  return absl::OkStatus();
}

absl::Status AlertDesk::AddTransition(const Transition& transition, const Moment& moment,
                                      Step& step) {
  AlertChange change{.rule_state = transition.state};
  change.rule_state->mode = ModeOf(moment.exercise);
  if (transition.type == Transition::Type::kForget) {
    step.changes.push_back(std::move(change));
    step.commits.emplace_back(transition, 0);
    return absl::OkStatus();
  }
  AlertRecord alert;
  Finding finding = transition.finding;
  if (transition.type == Transition::Type::kRaise) {
    if (active_count() + (step.next_alert_id - store_.NextAlertId()) >= options_.active_max) {
      ++step.surplus;
      return absl::OkStatus();
    }
    alert = NewAlert(transition, step.next_alert_id++, moment);
    change.rule_state->alert_id = alert.id;
  } else {
    ASSIGN_OR_RETURN(alert, Get(transition.alert_id));
    // After a restart the subject may not have been observed again: take it from the alert.
    if (finding.place.vi.empty()) finding = FindingOf(alert);
    FollowFinding(finding, alert);
    alert.update_time = moment.city;
    // The texts below name the present place: a jam moves from street to street.
    alert.place = finding.place;
  }
  std::string comment = ReasonFor(transition);
  if (transition.type == Transition::Type::kEscalate && alert.state == AlertState::kAcknowledged) {
    // The operator who acknowledged it at a lower level may not know of this one.
    absl::StrAppend(&comment, "; open again: ", alert.acknowledged_by,
                    " had acknowledged it at level ", alert.level);
    alert.state = AlertState::kOpen;
    alert.acknowledged_by.clear();
  }
  const Words words = WordsFor(finding, transition.tier);
  if (transition.tier > 0) {
    const Grade grade = GradeOf(alert.kind, transition.tier);
    alert.tier = transition.tier;
    alert.level = grade.level;
    alert.severity = grade.severity;
    alert.worst_level = std::max(alert.worst_level, grade.level);
    alert.worst_severity = std::max(alert.worst_severity, grade.severity);
    alert.headline = words.headline;
    alert.instruction = words.instruction;
  } else {
    EndAlert(alert, moment);
  }
  change.events = {
      AuditLine(EventOf(transition.type), moment, kSystem, std::move(comment), alert.level)};
  const uint64_t id = alert.id;
  change.alert = std::move(alert);
  RETURN_IF_ERROR(AddCap(words, moment, change, step));
  step.changes.push_back(std::move(change));
  step.commits.emplace_back(transition, id);
  return absl::OkStatus();
}

// Repeats messages that would expire while the alert is active.
absl::Status AlertDesk::AddRenewals(const Moment& moment, Step& step) {
  std::vector<AlertRecord> due;
  {
    const absl::MutexLock lock(&state_mutex_);
    for (const auto& [id, alert] : active_) {
      if (issuer_.IsRenewalDue(alert, moment.city)) due.push_back(alert);
    }
  }
  for (AlertRecord& alert : due) {
    const bool changes_anyway =
        std::any_of(step.changes.begin(), step.changes.end(), [&](const AlertChange& change) {
          return change.alert.has_value() && change.alert->id == alert.id;
        });
    if (changes_anyway) continue;
    Words words = WordsFor(FindingOf(alert), alert.tier);
    // The current finding has no threshold and no length: the headline stays, the rest is generic.
    words.headline = alert.headline;
    words.description = alert.headline;
    AlertChange change{.alert = std::move(alert)};
    const absl::Status added = AddCap(words, moment, change, step);
    if (absl::IsDataLoss(added) || absl::IsNotFound(added)) {
      step.item_error = added;
      continue;
    }
    RETURN_IF_ERROR(added);
    if (change.cap.has_value()) step.changes.push_back(std::move(change));
  }
  return absl::OkStatus();
}

absl::Status AlertDesk::AddCap(const Words& words, const Moment& moment, AlertChange& change,
                               Step& step) {
  absl::StatusOr<std::optional<CapRecord>> cap =
      issuer_.Issue(words, moment.city, scenario_, step.caps, *change.alert);
  if (absl::IsInvalidArgument(cap.status())) {
    // An alert without its message is better than no alert; Observe returns the error.
    step.cap_error = cap.status();
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(cap.status());
  change.cap = *std::move(cap);
  if (change.cap.has_value()) ++step.caps;
  return absl::OkStatus();
}

absl::Status AlertDesk::Write(Step& step) {
  if (step.changes.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(store_.Apply(step.changes));
  for (const auto& [transition, id] : step.commits) engine_.Commit(transition, id);
  std::vector<AlertRecord> changed;
  {
    const absl::MutexLock lock(&state_mutex_);
    for (const AlertChange& change : step.changes) {
      if (!change.alert.has_value()) continue;
      changed.push_back(*change.alert);
      if (change.alert->state == AlertState::kResolved) {
        active_.erase(change.alert->id);
        issuer_.Forget(change.alert->id);
        continue;
      }
      active_[change.alert->id] = *change.alert;
      if (change.cap.has_value()) issuer_.Commit(*change.cap);
    }
  }
  hub_.Publish(changed);
  return absl::OkStatus();
}

absl::Status AlertDesk::FollowValues(const Moment& moment) {
  std::vector<AlertRecord> visible;
  std::vector<AlertRecord> peaks;
  {
    const absl::MutexLock lock(&state_mutex_);
    std::map<uint64_t, absl::Time> silent;  // Time of the last data, by alert.
    silent_.clear();
    for (SilentSubject& subject : engine_.SilentSubjects()) {
      silent[subject.alert_id] = subject.data_time;
      silent_.push_back(std::move(subject.subject));
    }
    for (const LiveValue& live : engine_.LiveValues()) {
      const auto it = active_.find(live.alert_id);
      if (it == active_.end()) continue;
      AlertRecord& alert = it->second;
      const double peak_before = alert.peak_value;
      if (FollowFinding(live.finding, alert)) visible.push_back(alert);
      if (alert.peak_value != peak_before) unwritten_peaks_.insert(alert.id);
    }
    for (auto& [id, alert] : active_) {
      const auto it = silent.find(id);
      const bool was_silent = alert.silent_since != absl::InfiniteFuture();
      if ((it != silent.end()) == was_silent) continue;
      // After a restart the time of the last data is unknown: take the present time.
      alert.silent_since = it == silent.end()                   ? absl::InfiniteFuture()
                           : it->second == absl::InfinitePast() ? moment.city
                                                                : it->second;
      visible.push_back(alert);
    }
    for (const uint64_t id : unwritten_peaks_) {
      // An alert that has ended was written with its peak.
      if (const auto it = active_.find(id); it != active_.end()) peaks.push_back(it->second);
    }
  }
  hub_.Publish(visible);
  if (!peaks.empty()) RETURN_IF_ERROR(store_.UpdateValues(peaks));
  unwritten_peaks_.clear();
  return absl::OkStatus();
}

absl::StatusOr<AlertRecord> AlertDesk::Acknowledge(uint64_t id, const std::string& actor,
                                                   const std::string& comment,
                                                   const Moment& moment) {
  RETURN_IF_ERROR(CheckWords(actor, comment, /*comment_needed=*/false));
  const absl::MutexLock lock(&write_mutex_);
  ASSIGN_OR_RETURN(AlertRecord alert, FindUnresolved(id));
  const bool is_taken = alert.state == AlertState::kAcknowledged && alert.acknowledged_by == actor;
  if (is_taken && comment.empty()) return alert;
  alert.state = AlertState::kAcknowledged;
  alert.acknowledged_by = actor;
  alert.update_time = moment.city;
  Step step;
  step.changes = {
      {.alert = alert,
       .events = {AuditLine(is_taken ? AlertEventType::kCommented : AlertEventType::kAcknowledged,
                            moment, actor, comment, alert.level)}}};
  RETURN_IF_ERROR(Write(step));
  return alert;
}

absl::StatusOr<AlertRecord> AlertDesk::Resolve(uint64_t id, const std::string& actor,
                                               const std::string& comment, const Moment& moment) {
  RETURN_IF_ERROR(CheckWords(actor, comment, /*comment_needed=*/true));
  const absl::MutexLock lock(&write_mutex_);
  ASSIGN_OR_RETURN(AlertRecord alert, FindUnresolved(id));
  EndAlert(alert, moment);
  RuleStateRecord state = engine_.EndedByHand(alert.rule, alert.subject);
  state.mode = ModeOf(alert.exercise);
  Step step;
  AlertChange change{
      .alert = alert,
      .events = {AuditLine(AlertEventType::kResolved, moment, actor, comment, alert.level)},
      .rule_state = state};
  RETURN_IF_ERROR(AddCap(EndedWords(alert), moment, change, step));
  alert = *change.alert;
  step.changes = {std::move(change)};
  RETURN_IF_ERROR(Write(step));
  engine_.CommitEndedByHand(state);
  return alert;
}

absl::Status AlertDesk::CheckWords(const std::string& actor, const std::string& comment,
                                   bool comment_needed) const {
  if (absl::StripAsciiWhitespace(actor).empty()) {
    return absl::InvalidArgumentError("actor: it is empty: give the name of the operator");
  }
  RETURN_IF_ERROR(CheckLength("actor", actor, options_.actor_characters_max));
  if (comment_needed && absl::StripAsciiWhitespace(comment).empty()) {
    return absl::InvalidArgumentError("comment: it is empty: give the reason");
  }
  return CheckLength("comment", comment, options_.comment_characters_max);
}

}  // namespace citylayers::alerts
