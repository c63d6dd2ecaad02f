#include "services/alerts/alert_manager.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "services/alerts/alert_life_cycle.h"
#include "services/alerts/operator_text.h"

namespace citylayers::alerts {
namespace {

using storage::AlertChange;
using storage::AlertEventType;
using storage::AlertRecord;
using storage::AlertState;
using storage::CityMode;
using storage::RuleStateRecord;

// At speed 3600 two evaluations one wall second apart are an hour of city time apart: data of the
// last evaluations are fresh.
constexpr absl::Duration kFreshWallTime = absl::Seconds(5);

absl::Duration FreshFor(const EvaluationTime& time) {
  return kFreshWallTime * std::max(1.0, time.speed);
}

}  // namespace

// What the writes of one evaluation left out.
struct AlertManager::Omissions {
  std::size_t surplus = 0;
  absl::Status item_error;
  absl::Status cap_error;

  void Add(const PendingWrite& write) {
    surplus += write.surplus();
    if (item_error.ok()) item_error = write.item_error();
    if (cap_error.ok()) cap_error = write.cap_error();
  }
  absl::Status ToStatus(std::size_t active_max) const {
    if (surplus > 0) {
      return absl::ResourceExhaustedError(
          absl::StrCat(surplus, " alerts were not raised: alerts.active_max = ", active_max,
                       " are open already"));
    }
    return item_error.ok() ? cap_error : item_error;
  }
};

AlertManager::AlertManager(storage::AlertStore& store, AlertManagerOptions options)
    : store_(store),
      options_(std::move(options)),
      hub_(options_.watch_held_max),
      book_(store_, options_.caps_scanned_max),
      engine_(MakeRules(options_.rules)),
      issuer_(store_, options_.cap),
      gap_finder_(options_.rules) {}

absl::StatusOr<std::unique_ptr<AlertManager>> AlertManager::Open(storage::AlertStore& store,
                                                                 AlertManagerOptions options) {
  RETURN_IF_ERROR(CheckRuleOptions(options.rules));
  RETURN_IF_ERROR(CheckCapOptions(options.cap));
  auto manager = std::unique_ptr<AlertManager>(new AlertManager(store, std::move(options)));
  RETURN_IF_ERROR(manager->Load());
  return manager;
}

absl::Status AlertManager::Load() {
  const absl::MutexLock lock(&write_mutex_);
  ASSIGN_OR_RETURN(std::vector<AlertRecord> alerts, store_.ListActiveAlerts());
  if (!alerts.empty()) exercise_ = alerts.back().exercise;
  ASSIGN_OR_RETURN(std::vector<RuleStateRecord> states, store_.ListRuleStates());
  std::set<std::uint64_t> ids;
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
  for (const AlertRecord& alert : alerts) issuer_.Restore(alert);
  book_.Load(std::move(alerts));
  return absl::OkStatus();
}

absl::Status AlertManager::Evaluate(const Conditions& conditions, const EvaluationTime& time) {
  const absl::MutexLock lock(&write_mutex_);
  if (exercise_.has_value() && *exercise_ != time.exercise) {
    // The clock changed its mode after the last evaluation, and readings have arrived since: a
    // replay writes some as it begins, and one wall second may be an hour of city time.
    const absl::Duration since_evaluation =
        std::max(absl::ZeroDuration(), time.wall - std::min(evaluated_at_, time.wall));
    RETURN_IF_ERROR(EndOtherMode(time, time.city - time.speed * since_evaluation));
  }
  exercise_ = time.exercise;
  evaluated_at_ = time.wall;
  scenario_ = time.scenario;
  Omissions omissions;
  const absl::Status applied = ApplyRules(conditions, time, omissions);
  // Values are followed even if that failed: a peak that is not recorded now may not come again.
  const absl::Status followed = FollowValues(time);
  RETURN_IF_ERROR(applied);
  RETURN_IF_ERROR(followed);
  return omissions.ToStatus(options_.active_max);
}

absl::Status AlertManager::ApplyRules(const Conditions& conditions, const EvaluationTime& time,
                                      Omissions& omissions) {
  const absl::Duration fresh = FreshFor(time);
  std::vector<DataGap> gaps = gap_finder_.Find(conditions, time.city, fresh);
  const std::vector<Transition> transitions =
      engine_.Evaluate({conditions, gaps, time.city, fresh});
  book_.SetDataGaps(std::move(gaps));
  PendingWrite write = NewWrite(time);
  RETURN_IF_ERROR(write.AddTransitions(transitions, options_.active_max));
  RETURN_IF_ERROR(write.AddRenewals());
  RETURN_IF_ERROR(Commit(write));
  omissions.Add(write);
  // A gauge that sent many readings at once may have further transitions, e.g. a raise and an end.
  for (std::vector<Transition> more = engine_.Continue(); !more.empty();
       more = engine_.Continue()) {
    PendingWrite next = NewWrite(time);
    RETURN_IF_ERROR(next.AddTransitions(more, options_.active_max));
    RETURN_IF_ERROR(Commit(next));
    omissions.Add(next);
  }
  return absl::OkStatus();
}

absl::Duration AlertManager::StageWindow(const EvaluationTime& time) const {
  return std::max(options_.rules.stage.stale_after, FreshFor(time));
}

// `begun`: city time at which the present mode began, or slightly earlier.
absl::Status AlertManager::EndOtherMode(const EvaluationTime& time, absl::Time begun) {
  // City time is already that of the replay, which is not the time at which a real alert ended.
  EvaluationTime end = time;
  if (time.exercise) end.city = time.wall;
  PendingWrite write = NewWrite(end);
  for (AlertRecord& alert : book_.FindActive([](const AlertRecord&) { return true; })) {
    RETURN_IF_ERROR(write
                        .AddEnd(std::move(alert), kSystemActor,
                                time.exercise ? "a replay took over the city clock"
                                              : "the replay gave the city clock back")
                        .status());
  }
  // Rule states of the other mode are void, including those of alerts that were ended by hand.
  ASSIGN_OR_RETURN(const std::vector<RuleStateRecord> states, store_.ListRuleStates());
  for (const RuleStateRecord& state : states) {
    // Readings of the other mode do not count in this one either, also after a restart.
    RuleStateRecord cleared = engine_.StateAfterClear(state, begun);
    cleared.mode = ModeOf(time.exercise);
    write.AddRuleState(std::move(cleared));
  }
  RETURN_IF_ERROR(Commit(write));
  engine_.Clear(/*data_from=*/begun);
  return absl::OkStatus();
}

PendingWrite AlertManager::NewWrite(const EvaluationTime& time) {
  EvaluationTime named = time;
  named.scenario = scenario_;
  return PendingWrite(store_, book_, issuer_, std::move(named));
}

absl::Status AlertManager::Commit(const PendingWrite& write) {
  if (write.changes().empty()) return absl::OkStatus();
  RETURN_IF_ERROR(store_.Apply(write.changes()));
  for (const auto& [transition, id] : write.commits()) engine_.Commit(transition, id);
  for (const AlertChange& change : write.changes()) {
    if (!change.alert.has_value()) continue;
    if (change.alert->state == AlertState::kResolved) {
      issuer_.Forget(change.alert->id);
    } else if (change.cap.has_value()) {
      issuer_.Commit(*change.cap);
    }
  }
  hub_.Publish(book_.Apply(write.changes()));
  return absl::OkStatus();
}

absl::Status AlertManager::FollowValues(const EvaluationTime& time) {
  AlertBook::ValueChanges changes =
      book_.FollowValues(engine_.LiveValues(), engine_.SilentSubjects(), time.city);
  unwritten_peaks_.merge(changes.peaks);
  hub_.Publish(changes.visible);
  // An alert that has ended was written with its peak.
  const std::set<std::uint64_t>& unwritten = unwritten_peaks_;
  const std::vector<AlertRecord> peaks = book_.FindActive(
      [&unwritten](const AlertRecord& alert) { return unwritten.contains(alert.id); });
  if (!peaks.empty()) RETURN_IF_ERROR(store_.UpdateValues(peaks));
  unwritten_peaks_.clear();
  return absl::OkStatus();
}

absl::StatusOr<AlertRecord> AlertManager::Acknowledge(std::uint64_t id, const std::string& actor,
                                                      const std::string& comment,
                                                      const EvaluationTime& time) {
  RETURN_IF_ERROR(CheckActor(actor, options_.actor_characters_max));
  RETURN_IF_ERROR(CheckComment(comment, /*is_required=*/false, options_.comment_characters_max));
  const absl::MutexLock lock(&write_mutex_);
  ASSIGN_OR_RETURN(AlertRecord alert, book_.GetUnresolved(id));
  const bool is_taken = alert.state == AlertState::kAcknowledged && alert.acknowledged_by == actor;
  if (is_taken && comment.empty()) return alert;
  alert.state = AlertState::kAcknowledged;
  alert.acknowledged_by = actor;
  alert.update_time = time.city;
  PendingWrite write = NewWrite(time);
  write.AddEvent(alert, is_taken ? AlertEventType::kCommented : AlertEventType::kAcknowledged,
                 actor, comment);
  RETURN_IF_ERROR(Commit(write));
  return alert;
}

absl::StatusOr<AlertRecord> AlertManager::Resolve(std::uint64_t id, const std::string& actor,
                                                  const std::string& comment,
                                                  const EvaluationTime& time) {
  RETURN_IF_ERROR(CheckActor(actor, options_.actor_characters_max));
  RETURN_IF_ERROR(CheckComment(comment, /*is_required=*/true, options_.comment_characters_max));
  const absl::MutexLock lock(&write_mutex_);
  ASSIGN_OR_RETURN(AlertRecord alert, book_.GetUnresolved(id));
  RuleStateRecord state = engine_.EndedByHand(alert.rule, alert.subject);
  state.mode = ModeOf(alert.exercise);
  PendingWrite write = NewWrite(time);
  ASSIGN_OR_RETURN(alert, write.AddEnd(std::move(alert), actor, comment));
  write.AddRuleState(state);
  RETURN_IF_ERROR(Commit(write));
  engine_.CommitEndedByHand(state);
  return alert;
}

}  // namespace citylayers::alerts
