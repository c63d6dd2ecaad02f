#include "services/alerts/rules/stage_rule.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "services/alerts/rules/threshold.h"

namespace citylayers::alerts {

using storage::RuleStateRecord;

StageRule::StageRule(const StageRuleOptions& options)
    : Rule({.name = kStageRule,
            .kind = storage::AlertKind::kStage,
            .timings = std::vector<TierTiming>(4, {.readings = options.readings})}),
      options_(options) {}

std::vector<Transition> StageRule::Evaluate(const RuleInput& input) {
  if (input.conditions.stages.has_value()) {
    return Observe(*input.conditions.stages, input.now, input.max_age_min);
  }
  Pause();
  return {};
}

std::vector<Transition> StageRule::Observe(absl::Span<const StageObservation> stages,
                                           absl::Time now, absl::Duration max_age_min) {
  std::vector<Transition> out;
  std::set<std::string> listed;
  NoteTime(now, max_age_min);
  for (const StageObservation& stage : stages) {
    if (stage.levels_m.empty()) continue;
    listed.insert(stage.station);
    ObserveGauge(stage, now, max_age_min, out);
  }
  for (auto& [station, state] : subjects_) {
    if (!listed.contains(station)) state.SetSilent(true);
  }
  return out;
}

void StageRule::ObserveGauge(const StageObservation& stage, absl::Time now,
                             absl::Duration max_age_min, std::vector<Transition>& out) {
  SubjectState& state = Find(stage.station);
  Gauge& gauge = gauges_[stage.station];
  Describe(stage, max_age_min, gauge);
  const absl::Duration max_age = std::max(options_.stale_after, max_age_min);
  const absl::Duration age = now - stage.read_time;
  const bool is_stale = age > max_age || (stage.stale && age >= max_age_min);
  state.SetSilent(is_stale || !IsTrusted(stage.quality));
  if (!is_stale) {
    std::vector<StageReading> readings = stage.recent;
    if (readings.empty()) readings = {{stage.read_time, stage.stage_m, stage.quality}};
    gauge.readings.Take(
        readings, std::max(now - max_age, readings_from_), now + options_.stale_after,
        [&](double stage_m) { return Tests(gauge, stage_m); }, state.condition());
  }
  Advance(gauge, state, out);
}

void StageRule::Describe(const StageObservation& stage, absl::Duration max_age_min,
                         Gauge& gauge) const {
  gauge.place = stage.place;
  gauge.location = stage.location;
  gauge.levels_m = stage.levels_m;
  gauge.levels_m.resize(3, std::numeric_limits<double>::quiet_NaN());
  gauge.levels_m.push_back(gauge.levels_m.back() + options_.immediate_above_m);
  gauge.gap = std::max(
      stage.period > absl::ZeroDuration() ? 3 * stage.period : options_.stale_after, max_age_min);
}

std::vector<Transition> StageRule::Continue() {
  std::vector<Transition> out;
  for (const std::string& station : std::exchange(unfinished_, {})) {
    const auto it = subjects_.find(station);
    if (it != subjects_.end()) Advance(gauges_.at(station), it->second, out);
  }
  return out;
}

std::vector<TierTest> StageRule::Tests(const Gauge& gauge, double stage_m) const {
  std::vector<TierTest> tests;
  for (const double level_m : gauge.levels_m) {
    // A level that the gauge does not have is never reached.
    tests.push_back(
        {.raises = IsAtLeastM(stage_m, level_m),
         .clears = std::isnan(level_m) || IsAtMostM(stage_m, level_m - options_.clear_below_m)});
  }
  return tests;
}

// Evaluates readings up to the first that causes a transition. A transition whose write failed is
// proposed first.
void StageRule::Advance(Gauge& gauge, SubjectState& state, std::vector<Transition>& out) const {
  const std::size_t before = out.size();
  const auto tests = [&](double stage_m) { return Tests(gauge, stage_m); };
  while (true) {
    const int tier = gauge.readings.TierToReport(state.condition(), state.announced_tier());
    Propose(state, tier, gauge.levels_m[std::max(1, tier) - 1], out);
    if (out.size() > before) {
      out.back().state.read_time = gauge.readings.read_time();
      return;
    }
    if (!gauge.readings.HasNext()) return;
    Finding& finding = state.finding();
    finding.place = gauge.place;
    finding.location = gauge.location;
    finding.radius_m = options_.radius_m;
    finding.value = gauge.readings.Next(gauge.gap, tests, state.condition());
    finding.worst = state.announced_tier() == 0
                        ? finding.value
                        : std::max(finding.worst.value_or(finding.value), finding.value);
  }
}

// When city time goes back, e.g. when a replay restarts, readings are counted again. A reading
// ahead of the clock is not a sign of that, because gauges have separate clocks.
void StageRule::NoteTime(absl::Time now, absl::Duration slip_max) {
  const bool is_first = evaluated_at_ == absl::InfinitePast();
  const bool went_back = now < evaluated_at_ - slip_max;
  evaluated_at_ = now;
  if (went_back) readings_from_ = absl::InfinitePast();  // Those before are of another city time.
  if (!is_first && !went_back) return;
  for (auto& [station, gauge] : gauges_) {
    // The time of the last evaluation before a restart is unknown, but no gauge is that far ahead.
    if (is_first && gauge.readings.read_time() <= now + options_.stale_after) continue;
    gauge.readings.Reset(subjects_.at(station).condition());
  }
}

void StageRule::Restore(const RuleStateRecord& state) {
  Rule::Restore(state);
  Gauge& gauge = gauges_[state.subject];
  if (state.read_time != absl::InfinitePast()) gauge.readings.Restore(state.read_time);
}

void StageRule::Commit(const Transition& transition, std::uint64_t alert_id) {
  Rule::Commit(transition, alert_id);
  const auto gauge = gauges_.find(transition.finding.subject);
  if (gauge != gauges_.end() && gauge->second.readings.HasNext()) unfinished_.insert(gauge->first);
}

RuleStateRecord StageRule::EndedByHand(const std::string& subject) const {
  RuleStateRecord state = Rule::EndedByHand(subject);
  const auto gauge = gauges_.find(subject);
  if (gauge != gauges_.end()) state.read_time = gauge->second.readings.read_time();
  return state;
}

void StageRule::Clear(absl::Time data_from) {
  Rule::Clear(data_from);
  gauges_.clear();
  evaluated_at_ = absl::InfinitePast();
  readings_from_ = data_from;
  unfinished_.clear();
}

RuleStateRecord StageRule::StateAfterClear(const std::string& subject, absl::Time data_from) const {
  RuleStateRecord state = Rule::StateAfterClear(subject, data_from);
  state.read_time = data_from - absl::Microseconds(1);
  return state;
}

void StageRule::Pause() {
  for (auto& [station, state] : subjects_) state.SetSilent(true);
}

absl::Time StageRule::DataTime(const SubjectState& state) const {
  return gauges_.at(state.finding().subject).readings.read_time();
}

}  // namespace citylayers::alerts
