#include "services/alerts/rule_engine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace citylayers::alerts {
namespace {

using storage::AlertKind;
using storage::RuleStateRecord;

// Readings carry millimetres; half of one keeps 1.7 and 1.6 + 0.1 equal.
constexpr double kToleranceM = 0.0005;

bool AtLeast(double value, double threshold) { return value >= threshold - kToleranceM; }
bool AtMost(double value, double threshold) { return value <= threshold + kToleranceM; }

LonLat Middle(LonLat a, LonLat b) {
  return {(a.lon_deg + b.lon_deg) / 2, (a.lat_deg + b.lat_deg) / 2};
}

AlertKind KindOf(const std::string& rule) {
  if (rule == kStreetDepthRule) return AlertKind::kStreetDepth;
  if (rule == kOutageRule) return AlertKind::kOutage;
  return rule == kJamRule ? AlertKind::kJam : AlertKind::kStage;
}

}  // namespace

void RuleEngine::Restore(absl::Span<const RuleStateRecord> states) {
  for (const RuleStateRecord& state : states) {
    Finding finding;
    finding.kind = KindOf(state.rule);
    finding.rule = state.rule;
    finding.subject = state.subject;
    Subject& subject = Find(finding);
    subject.condition.Restore(state.tier);
    subject.announced_tier = state.alert_id == 0 ? 0 : state.tier;
    subject.suppressed_tier = state.suppressed_tier;
    subject.alert_id = state.alert_id;
    if (state.read_time != absl::InfinitePast()) subject.readings.Restore(state.read_time);
  }
}

std::vector<Transition> RuleEngine::ObserveStages(absl::Span<const StageObservation> stages,
                                                  absl::Time now, absl::Duration max_age_min) {
  const StageRuleOptions& rule = options_.stage;
  std::vector<Transition> out;
  std::set<std::string> seen;
  NoteTimeOfStages(now, max_age_min);
  const absl::Duration max_age = std::max(rule.stale_after, max_age_min);
  for (const StageObservation& stage : stages) {
    if (stage.levels_m.empty()) continue;
    seen.insert(stage.station);
    Subject& subject =
        Find({.kind = AlertKind::kStage, .rule = kStageRule, .subject = stage.station});
    const absl::Duration age = now - stage.read_time;
    const bool is_stale = age > max_age || (stage.stale && age >= max_age_min);
    subject.is_silent = is_stale || !IsTrusted(stage.quality);
    subject.gauge = {
        .place = stage.place,
        .location = stage.location,
        .levels_m = stage.levels_m,
        .gap = std::max(stage.period > absl::ZeroDuration() ? 3 * stage.period : rule.stale_after,
                        max_age_min)};
    subject.gauge.levels_m.resize(3, std::numeric_limits<double>::quiet_NaN());
    subject.gauge.levels_m.push_back(subject.gauge.levels_m.back() + rule.immediate_above_m);
    if (!is_stale) {
      std::vector<StageReading> readings = stage.recent;
      if (readings.empty()) readings = {{stage.read_time, stage.stage_m, stage.quality}};
      subject.readings.Take(
          readings, std::max(now - max_age, stages_from_), now + rule.stale_after,
          [&](double stage_m) { return StageTests(subject.gauge, stage_m); }, subject.condition);
    }
    AdvanceStage({kStageRule, stage.station}, subject, out);
  }
  for (auto& [key, subject] : subjects_) {
    if (key.first == kStageRule && !seen.contains(key.second)) subject.is_silent = true;
  }
  return out;
}

std::vector<Transition> RuleEngine::ContinueStages() {
  std::vector<Transition> out;
  for (const std::string& station : std::exchange(unfinished_stages_, {})) {
    const Key key{kStageRule, station};
    if (const auto it = subjects_.find(key); it != subjects_.end()) {
      AdvanceStage(key, it->second, out);
    }
  }
  return out;
}

std::vector<TierTest> RuleEngine::StageTests(const Gauge& gauge, double stage_m) const {
  std::vector<TierTest> tests;
  for (const double level : gauge.levels_m) {
    // A level that the gauge does not have is never reached.
    tests.push_back(
        {.raises = AtLeast(stage_m, level),
         .clears = std::isnan(level) || AtMost(stage_m, level - options_.stage.clear_below_m)});
  }
  return tests;
}

// Evaluates readings up to the first that causes a transition. A transition whose write failed is
// proposed first.
void RuleEngine::AdvanceStage(const Key& key, Subject& subject, std::vector<Transition>& out) {
  const size_t before = out.size();
  while (true) {
    const int tier = subject.readings.TierToReport(subject.condition, subject.announced_tier);
    Propose(key, subject, tier, subject.gauge.levels_m[std::max(1, tier) - 1], out);
    if (out.size() > before || !subject.readings.HasNext()) return;
    Finding& finding = subject.finding;
    finding.place = subject.gauge.place;
    finding.location = subject.gauge.location;
    finding.radius_m = options_.stage.radius_m;
    finding.value = subject.readings.Next(
        subject.gauge.gap, [&](double stage_m) { return StageTests(subject.gauge, stage_m); },
        subject.condition);
    finding.worst = subject.announced_tier == 0
                        ? finding.value
                        : std::max(finding.worst.value_or(finding.value), finding.value);
  }
}

// When city time goes back, e.g. when a replay restarts, readings are counted again. A reading
// ahead of the clock is not a sign of that, because gauges have separate clocks.
void RuleEngine::NoteTimeOfStages(absl::Time now, absl::Duration slip_max) {
  const bool is_first = stages_evaluated_at_ == absl::InfinitePast();
  const bool went_back = now < stages_evaluated_at_ - slip_max;
  stages_evaluated_at_ = now;
  if (went_back)
    stages_from_ = absl::InfinitePast();  // readings of before are of another time of the city
  if (!is_first && !went_back) return;
  for (auto& [key, subject] : subjects_) {
    if (key.first != kStageRule) continue;
    // The time of the last evaluation before a restart is unknown, but no gauge is that far ahead.
    if (is_first && subject.readings.read_time() <= now + options_.stage.stale_after) continue;
    subject.readings.Reset(subject.condition);
  }
}

std::vector<Transition> RuleEngine::ObserveStreets(const Complete<StreetDepthObservation>& streets,
                                                   absl::Time now, absl::Duration max_age_min) {
  const StreetDepthRuleOptions& rule = options_.street_depth;
  std::vector<Transition> out;
  if (now - streets.data_time > std::max(rule.stale_after, max_age_min)) {
    Pause(kStreetDepthRule);
    return out;
  }
  std::set<std::string> seen;
  for (const StreetDepthObservation& street : streets.items) {
    if (street.street.empty() || !std::isfinite(street.depth_m)) continue;
    Finding finding{.kind = AlertKind::kStreetDepth,
                    .rule = kStreetDepthRule,
                    .subject = absl::StrCat(
                        "streets/", street.street_id.empty() ? street.street : street.street_id),
                    .place = {street.street, street.street},
                    .location = street.location,
                    .radius_m = std::max(street.radius_m, rule.radius_min_m),
                    .value = street.depth_m};
    if (!seen.insert(finding.subject).second) continue;
    const Key key{finding.rule, finding.subject};
    Subject& subject = Find(finding);
    subject.finding = std::move(finding);
    std::vector<TierTest> tests;
    for (const double raise : rule.raise_m) {
      tests.push_back({.raises = AtLeast(street.depth_m, raise),
                       .clears = AtMost(street.depth_m, raise - rule.clear_below_m)});
    }
    subject.is_silent = false;
    subject.seen_at = now;
    subject.condition.Observe(now, tests);
    const int tier = subject.condition.tier();
    Propose(key, subject, tier, StreetThreshold(tier), out);
  }
  ObserveGone(kStreetDepthRule, seen, now, out);
  return out;
}

std::vector<Transition> RuleEngine::ObserveJams(const Complete<JamObservation>& jams,
                                                absl::Time now, absl::Duration max_age_min) {
  const JamRuleOptions& rule = options_.jam;
  std::vector<Transition> out;
  if (now - jams.data_time > std::max(rule.stale_after, max_age_min)) {
    Pause(kJamRule);
    return out;
  }
  std::set<std::string> seen;
  for (const JamObservation& jam : jams.items) {
    if (!std::isfinite(jam.speed_kmh) || !seen.insert(jam.jam).second) continue;
    const storage::Localized place = jam.street.empty()
                                         ? storage::Localized{"Đường không tên", "Unnamed road"}
                                         : storage::Localized{jam.street, jam.street};
    Finding finding{.kind = AlertKind::kJam,
                    .rule = kJamRule,
                    .subject = jam.jam,
                    .place = place,
                    .location = Middle(jam.head, jam.tail),
                    .radius_m = std::max(DistanceM(jam.head, jam.tail) / 2, rule.radius_min_m),
                    .value = jam.speed_kmh,
                    .length_m = jam.length_m,
                    .from_street = jam.from_street,
                    .to_street = jam.to_street,
                    .bearing_deg = jam.bearing_deg};
    const Key key{finding.rule, finding.subject};
    Subject& subject = Find(finding);
    subject.finding = std::move(finding);
    subject.is_silent = jam.live_share < rule.live_share_min;
    if (subject.is_silent) {
      subject.condition.Pause();
      subject.untrusted_at = now;
    } else {
      subject.seen_at = now;
      const absl::Time since = has_seen_jams_ || !jam.since.has_value()
                                   ? absl::InfiniteFuture()
                                   : std::max(*jam.since, subject.untrusted_at);
      const bool is_long = jam.length_m >= rule.length_min_m;
      // A jam consists of segments slower than a quarter of their reference speed, so that its
      // presence is the test of the first tier.
      subject.condition.Observe(
          now,
          {{.raises = true, .clears = false},
           {.raises =
                is_long &&
                jam.speed_kmh<rule.queue_raise_kmh, .clears = jam.speed_kmh> rule.queue_clear_kmh},
           {.raises = is_long && jam.speed_kmh<rule.official_raise_kmh, .clears = jam.speed_kmh>
                                     rule.official_clear_kmh}},
          since);
    }
    const int tier = subject.condition.tier();
    Propose(key, subject, tier, JamThreshold(tier), out);
  }
  has_seen_jams_ = true;
  ObserveGone(kJamRule, seen, now, out);
  return out;
}

std::vector<Transition> RuleEngine::ObserveOutages(absl::Span<const DataGap> gaps, absl::Time now) {
  std::vector<Transition> out;
  std::set<std::string> seen;
  for (const DataGap& gap : gaps) {
    if (!seen.insert(gap.subject).second) continue;
    Finding finding{.kind = AlertKind::kOutage,
                    .rule = kOutageRule,
                    .subject = gap.subject,
                    .place = gap.place,
                    .location = gap.location,
                    .reason = gap.reason};
    Subject& subject = Find(finding);
    subject.finding = std::move(finding);
    subject.condition.Observe(now, {{.raises = true, .clears = false}});
    Propose({kOutageRule, gap.subject}, subject, subject.condition.tier(), 0, out);
  }
  ObserveGone(kOutageRule, seen, now, out);
  return out;
}

// Streets and jams that a complete list no longer contains: dry, or dissolved.
void RuleEngine::ObserveGone(const std::string& rule, const std::set<std::string>& seen,
                             absl::Time now, std::vector<Transition>& out) {
  for (auto it = subjects_.lower_bound({rule, ""});
       it != subjects_.end() && it->first.first == rule;) {
    auto& [key, subject] = *it;
    if (!seen.contains(key.second)) {
      if (rule == kStreetDepthRule) subject.finding.value = 0;
      subject.is_silent = false;
      subject.condition.Observe(now, std::vector<TierTest>(4, {.clears = true}));
      Propose(key, subject, subject.condition.tier(), 0, out);
      if (subject.condition.tier() == 0 && subject.announced_tier == 0 &&
          subject.suppressed_tier == 0) {
        it = subjects_.erase(it);
        continue;
      }
    }
    ++it;
  }
}

void RuleEngine::Propose(const Key& key, const Subject& subject, int reached, double threshold,
                         std::vector<Transition>& out) const {
  const int tier = reached < MinTierOf(key.first) ? 0 : reached;
  const bool suppressed = subject.suppressed_tier > 0;
  Transition transition;
  if (suppressed && tier == 0) {
    transition.type = Transition::Type::kForget;
  } else if ((suppressed && tier <= subject.suppressed_tier) || tier == subject.announced_tier) {
    return;
  } else if (subject.announced_tier == 0) {
    transition.type = Transition::Type::kRaise;
  } else if (tier == 0) {
    transition.type = Transition::Type::kResolve;
  } else {
    transition.type =
        tier > subject.announced_tier ? Transition::Type::kEscalate : Transition::Type::kEase;
  }
  transition.finding = subject.finding;
  transition.finding.threshold = threshold;
  transition.tier = tier;
  transition.alert_id = subject.alert_id;
  transition.state = {.rule = key.first,
                      .subject = key.second,
                      .tier = tier,
                      .alert_id = tier == 0 ? 0 : subject.alert_id,
                      .read_time = subject.readings.read_time()};
  out.push_back(std::move(transition));
}

void RuleEngine::Commit(const Transition& transition, uint64_t alert_id) {
  const auto it = subjects_.find({transition.finding.rule, transition.finding.subject});
  if (it == subjects_.end()) return;
  it->second.suppressed_tier = 0;
  it->second.announced_tier = transition.tier;
  it->second.alert_id = transition.tier == 0 ? 0 : alert_id;
  if (it->second.readings.HasNext()) unfinished_stages_.insert(it->first.second);
}

RuleStateRecord RuleEngine::EndedByHand(const std::string& rule, const std::string& subject) const {
  RuleStateRecord state{.rule = rule, .subject = subject};
  if (const auto it = subjects_.find({rule, subject}); it != subjects_.end()) {
    // The announced tier counts as well: an easing that is not yet written must not raise again.
    state.tier = it->second.condition.tier();
    state.suppressed_tier = std::max(state.tier, it->second.announced_tier);
    state.read_time = it->second.readings.read_time();
  }
  return state;
}

void RuleEngine::CommitEndedByHand(const RuleStateRecord& state) {
  const auto it = subjects_.find({state.rule, state.subject});
  if (it == subjects_.end()) return;
  it->second.suppressed_tier = state.suppressed_tier;
  it->second.announced_tier = 0;
  it->second.alert_id = 0;
}

std::vector<std::string> RuleEngine::SilentSubjects() const {
  std::vector<std::string> silent;
  for (const auto& [key, subject] : subjects_) {
    if (subject.is_silent && subject.alert_id != 0) silent.push_back(key.second);
  }
  return silent;
}

std::map<uint64_t, absl::Time> RuleEngine::SilentAlerts() const {
  std::map<uint64_t, absl::Time> silent;
  for (const auto& [key, subject] : subjects_) {
    if (!subject.is_silent || subject.alert_id == 0) continue;
    silent[subject.alert_id] =
        key.first == kStageRule ? subject.readings.read_time() : subject.seen_at;
  }
  return silent;
}

std::vector<LiveValue> RuleEngine::LiveValues() const {
  std::vector<LiveValue> values;
  for (const auto& [key, subject] : subjects_) {
    // A subject that was restored and not yet observed has no place: its value is unknown.
    if (subject.alert_id != 0 && !subject.finding.place.vi.empty() && key.first != kOutageRule) {
      values.push_back({subject.alert_id, subject.finding});
    }
  }
  return values;
}

void RuleEngine::Pause(const std::string& rule) {
  if (rule == kJamRule) has_seen_jams_ = false;
  if (rule == kStageRule) {
    // Gauges need no pause: a gap between readings shows in their times.
    for (auto& [key, subject] : subjects_) subject.is_silent |= key.first == rule;
    return;
  }
  for (auto& [key, subject] : subjects_) {
    if (key.first == rule) subject.FallSilent();
  }
}

RuleEngine::Subject& RuleEngine::Find(const Finding& finding) {
  const Key key{finding.rule, finding.subject};
  auto it = subjects_.find(key);
  if (it == subjects_.end()) {
    it = subjects_
             .emplace(key, Subject{.condition = TieredCondition(TimingsOf(finding.rule)),
                                   .finding = finding})
             .first;
  }
  return it->second;
}

std::vector<TierTiming> RuleEngine::TimingsOf(const std::string& rule) const {
  if (rule == kStageRule) {
    return std::vector<TierTiming>(4, {.readings = options_.stage.readings});
  }
  if (rule == kStreetDepthRule) {
    const StreetDepthRuleOptions& street = options_.street_depth;
    return std::vector<TierTiming>(4, {.hold = street.hold, .keep = street.keep});
  }
  if (rule == kOutageRule) return {{.hold = options_.outage.hold}};
  const JamRuleOptions& jam = options_.jam;
  return {{.hold = jam.slow_hold, .keep = jam.keep},
          {.hold = jam.queue_hold, .keep = jam.keep},
          {.hold = jam.official_hold, .keep = jam.keep}};
}

int RuleEngine::MinTierOf(const std::string& rule) const {
  if (rule == kStreetDepthRule) return options_.street_depth.min_tier;
  return rule == kJamRule ? options_.jam.min_tier : 1;
}

double RuleEngine::StreetThreshold(int tier) const {
  return tier == 0 ? 0 : options_.street_depth.raise_m[tier - 1];
}

double RuleEngine::JamThreshold(int tier) const {
  return tier == 3 ? options_.jam.official_raise_kmh : tier == 2 ? options_.jam.queue_raise_kmh : 0;
}

}  // namespace citylayers::alerts
