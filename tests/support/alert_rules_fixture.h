// Test fixture of the alert rules.
#ifndef CITYLAYERS_TESTS_SUPPORT_ALERT_RULES_FIXTURE_H_
#define CITYLAYERS_TESTS_SUPPORT_ALERT_RULES_FIXTURE_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/alerts/rules/jam_rule.h"
#include "services/alerts/rules/rule_engine.h"
#include "services/alerts/rules/stage_rule.h"
#include "services/alerts/rules/street_depth_rule.h"

namespace citylayers::alerts {

inline constexpr absl::Time kStart = absl::FromUnixSeconds(1'762'425'000);

// A city of one gauge, one street and one jam, that commits all transitions proposed by the rules,
// as a working store would. Each step advances city time and records the changes: R raise, U
// escalate, D ease, X resolve, F forget, with the tier after it.
class City {
 public:
  explicit City(const RuleOptions& options = {}) : City(MakeRulesOf(options)) {}

  std::string Stage(double stage_m, Quality quality = Quality::kGood, bool stale = false,
                    absl::Duration ahead = absl::ZeroDuration()) {
    const StageObservation phu_an{.station = "stations/phu-an",
                                  .place = {"Phú An", "Phú An"},
                                  .location = {106.7062, 10.7699},
                                  .stage_m = stage_m,
                                  .read_time = now_ + ahead,
                                  .quality = quality,
                                  .levels_m = levels_m_,
                                  .stale = stale};
    return Gauge(phu_an);
  }
  // The transitions after an evaluation of one gauge, one after the other.
  std::string Gauge(const StageObservation& gauge) {
    std::string notes = Note(stages_.Observe({gauge}, now_, max_age_min_));
    while (true) {
      const std::string more = Note(engine_.Continue());
      if (more == "-") return notes;
      absl::StrAppend(&notes, " ", more);
    }
  }
  std::string Stages(std::initializer_list<double> stages) {
    std::vector<std::string> notes;
    for (const double stage : stages) {
      notes.push_back(Stage(stage));
      Advance(10);
    }
    return absl::StrJoin(notes, " ");
  }
  // Observes one depth per minute.
  std::string Street(double depth_m, absl::Duration data_age = absl::ZeroDuration()) {
    Complete<StreetDepthObservation> streets{.data_time = now_ - data_age};
    if (depth_m > 0) streets.items.push_back({.street = "Calmette", .depth_m = depth_m});
    return Note(streets_.Observe(streets, now_));
  }
  std::string StreetFor(int minutes, double depth_m) {
    std::string notes;
    for (int i = 0; i < minutes; ++i, Advance(1)) {
      if (const std::string note = Street(depth_m); note != "-") {
        absl::StrAppend(&notes, notes.empty() ? "" : " ", i, ":", note);
      }
    }
    return notes;
  }
  std::string JamFor(int minutes, double speed_kmh, double length_m, double live_share = 1) {
    std::string notes;
    for (int i = 0; i < minutes; ++i, Advance(1)) {
      Complete<JamObservation> jams{.data_time = now_};
      if (length_m > 0) {
        jams.items.push_back({.jam = "jams/7",
                              .street = "Cộng Hòa",
                              .length_m = length_m,
                              .speed_kmh = speed_kmh,
                              .since = jam_since_,
                              .live_share = live_share});
      }
      if (const std::string note = Note(jams_.Observe(jams, now_)); note != "-") {
        absl::StrAppend(&notes, notes.empty() ? "" : " ", i, ":", note);
      }
    }
    return notes;
  }
  void EndByHand(const std::string& rule, const std::string& subject) {
    const storage::RuleStateRecord state = engine_.EndedByHand(rule, subject);
    states_[{rule, subject}] = state;
    engine_.CommitEndedByHand(state);
  }
  void Restart() {
    engine_.Clear();
    std::vector<storage::RuleStateRecord> states;
    for (const auto& [key, state] : states_) {
      if (state.tier != 0 || state.suppressed_tier != 0 || state.alert_id != 0 ||
          state.read_time != absl::InfinitePast()) {
        states.push_back(state);
      }
    }
    engine_.Restore(states);
  }
  std::vector<std::string> SilentSubjects() const {
    std::vector<std::string> subjects;
    for (const SilentSubject& silent : engine_.SilentSubjects()) subjects.push_back(silent.subject);
    return subjects;
  }
  int tier() const { return tier_; }  // After the last transition.
  void Advance(int minutes) { now_ += absl::Minutes(minutes); }

  absl::Time now_ = kStart;
  absl::Duration max_age_min_ = absl::ZeroDuration();
  std::vector<double> levels_m_ = {1.40, 1.50, 1.60};  // Of the gauge.
  std::optional<absl::Time> jam_since_;                // As reported by the traffic service.
  // The rules of the engine, to evaluate one of them without the others.
  StageRule& stages_;
  StreetDepthRule& streets_;
  JamRule& jams_;
  RuleEngine engine_;
  bool write_fails_ = false;
  std::vector<Transition> last_;

 private:
  struct Rules {
    std::unique_ptr<StageRule> stages;
    std::unique_ptr<StreetDepthRule> streets;
    std::unique_ptr<JamRule> jams;
  };
  static Rules MakeRulesOf(const RuleOptions& options) {
    return {.stages = std::make_unique<StageRule>(options.stage),
            .streets = std::make_unique<StreetDepthRule>(options.street_depth),
            .jams = std::make_unique<JamRule>(options.jam)};
  }
  static std::vector<std::unique_ptr<Rule>> ListOf(Rules rules) {
    std::vector<std::unique_ptr<Rule>> list;
    list.push_back(std::move(rules.stages));
    list.push_back(std::move(rules.streets));
    list.push_back(std::move(rules.jams));
    return list;
  }
  explicit City(Rules rules)
      : stages_(*rules.stages),
        streets_(*rules.streets),
        jams_(*rules.jams),
        engine_(ListOf(std::move(rules))) {}

  std::string Note(std::vector<Transition> transitions) {
    std::string notes;
    for (const Transition& t : transitions) {
      absl::StrAppend(&notes, std::string(1, "RUDXF"[static_cast<int>(t.type)]), t.tier);
      if (write_fails_) continue;
      const std::uint64_t id = t.type == Transition::Type::kRaise ? next_id_++ : t.alert_id;
      storage::RuleStateRecord state = t.state;
      state.alert_id = t.tier == 0 ? 0 : id;
      states_[{state.rule, state.subject}] = state;
      engine_.Commit(t, id);
      tier_ = t.tier;
    }
    if (!transitions.empty()) last_ = std::move(transitions);
    return notes.empty() ? "-" : notes;
  }

  int tier_ = 0;
  std::uint64_t next_id_ = 1;
  std::map<std::pair<std::string, std::string>, storage::RuleStateRecord> states_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_TESTS_SUPPORT_ALERT_RULES_FIXTURE_H_
