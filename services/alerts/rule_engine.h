// The alert rules: evaluate observations and propose alerts to raise, change or end.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULE_ENGINE_H_
#define CITYLAYERS_SERVICES_ALERTS_RULE_ENGINE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/alerts/observations.h"
#include "services/alerts/rule_options.h"
#include "services/alerts/stage_fold.h"
#include "services/alerts/tiered_condition.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// The latest evaluation of a subject by a rule.
struct Finding {
  storage::AlertKind kind = storage::AlertKind::kStage;
  std::string rule;
  std::string subject;
  storage::Localized place;
  LonLat location;
  double radius_m = 0;
  double value = 0;         ///< m, or km/h for jams.
  double length_m = 0;      ///< Of a jam.
  std::string from_street;  ///< Of a jam, as the next two.
  std::string to_street;
  std::optional<double> bearing_deg;
  std::string reason;    ///< Of an outage.
  double threshold = 0;  ///< Raise value of the tier in force, in the unit of `value`.
  /// Worst value since the alert was raised, when several arrived between two evaluations.
  std::optional<double> worst;
};

/// A proposed change. It is proposed again at each evaluation until it is committed.
struct Transition {
  enum class Type { kRaise, kEscalate, kEase, kResolve, kForget };
  Type type = Type::kRaise;  ///< kForget: only `state` changes, no alert does.
  Finding finding;
  int tier = 0;                    ///< After it; 0 for kResolve and kForget.
  uint64_t alert_id = 0;           ///< The alert it changes; 0 for kRaise and kForget.
  storage::RuleStateRecord state;  ///< To be stored with it; for kRaise without the alert's id.
};

/// The newest value of an alert's subject.
struct LiveValue {
  uint64_t alert_id = 0;
  Finding finding;
};

/// Evaluates all rules for all subjects. At most one alert per subject: a station, a street, a jam.
///  - Raise and clear values differ; `hold` and `keep` are city time; see TieredCondition.
///  - Stale, profile and suspect data neither raise nor clear: the state is kept.
///  - An alert that was ended by hand is not raised again until it has cleared or exceeds its tier.
///  - State changes only with Commit: a proposal whose write failed is made again.
/// Not thread-safe. An evaluation costs O(subjects · log subjects).
///
///   RuleEngine engine(options);
///   engine.Restore(*store.ListRuleStates());
///   for (const Transition& t : engine.ObserveStages(stages, city_now)) {
///     ... write ...; engine.Commit(t, alert_id);
///   }
class RuleEngine {
 public:
  explicit RuleEngine(RuleOptions options) : options_(options) {}

  /// Restores the state of an earlier run: alerts that it raised are not raised again.
  void Restore(absl::Span<const storage::RuleStateRecord> states);

  /// Evaluates gauges. A gauge that is not listed has no data. `max_age_min` raises the age at
  /// which data are stale, for a city clock that runs many times faster than the wall clock.
  /// Readings are evaluated in the order of their times, each once, including one ahead of `now`;
  /// they are evaluated again only after `now` went back by more than `max_age_min`. Returns at
  /// most one transition per gauge, and evaluates no reading of that gauge beyond it: call
  /// ContinueStages after Commit, until it returns nothing.
  std::vector<Transition> ObserveStages(absl::Span<const StageObservation> stages, absl::Time now,
                                        absl::Duration max_age_min = absl::ZeroDuration());
  /// Continues with the gauges whose transition was committed and which have more readings.
  std::vector<Transition> ContinueStages();
  /// Evaluates all flooded streets.
  std::vector<Transition> ObserveStreets(const Complete<StreetDepthObservation>& streets,
                                         absl::Time now,
                                         absl::Duration max_age_min = absl::ZeroDuration());
  /// Evaluates all jams. At the first evaluation after a start or a pause, a jam has lasted since
  /// its reported start, unless an earlier observation contradicts that; otherwise since it was
  /// first observed.
  std::vector<Transition> ObserveJams(const Complete<JamObservation>& jams, absl::Time now,
                                      absl::Duration max_age_min = absl::ZeroDuration());

  /// Evaluates data gaps: an outage that lasts also raises an alert.
  std::vector<Transition> ObserveOutages(absl::Span<const DataGap> gaps, absl::Time now);

  /// The rule has no data at all, e.g. because its service is down: its state is kept, and all
  /// waiting times start again.
  void Pause(const std::string& rule);

  /// The transition has been written. `alert_id`: the alert that now belongs to the subject.
  void Commit(const Transition& transition, uint64_t alert_id);

  /// The state to write with an alert that is ended by hand. Call CommitEndedByHand after the
  /// write.
  storage::RuleStateRecord EndedByHand(const std::string& rule, const std::string& subject) const;
  void CommitEndedByHand(const storage::RuleStateRecord& state);

  /// Drops all state, e.g. when a replay takes over the city clock. Readings of gauges before
  /// `stages_from` do not count.
  void Clear(absl::Time stages_from = absl::InfinitePast()) {
    subjects_.clear();
    stages_evaluated_at_ = absl::InfinitePast();
    stages_from_ = stages_from;
    unfinished_stages_.clear();
    has_seen_jams_ = false;
  }

  /// Subjects that have an alert and currently no data, so that their alert keeps its state.
  std::vector<std::string> SilentSubjects() const;
  /// Their alerts, with the city time of the last data; InfinitePast: before this run.
  std::map<uint64_t, absl::Time> SilentAlerts() const;

  /// The newest values of subjects that have an alert.
  std::vector<LiveValue> LiveValues() const;

 private:
  using Key = std::pair<std::string, std::string>;  // Rule, subject.
  struct Gauge {
    storage::Localized place;
    LonLat location;
    std::vector<double> levels_m;  // Of the four tiers; NaN: the gauge does not have this one.
    absl::Duration gap;            // Readings further apart are not consecutive.
  };
  struct Subject {
    TieredCondition condition;
    StageFold readings;  // Of a gauge, like `gauge`.
    Gauge gauge;
    Finding finding;
    int announced_tier = 0;
    int suppressed_tier = 0;
    uint64_t alert_id = 0;
    absl::Time seen_at = absl::InfinitePast();  // The last evaluation with data, like is_silent.
    absl::Time untrusted_at =
        absl::InfinitePast();  // Of a jam: the last evaluation with profile data.
    bool is_silent = false;
    void FallSilent() {
      condition.Pause();
      is_silent = true;
    }
  };

  Subject& Find(const Finding& finding);
  void NoteTimeOfStages(absl::Time now, absl::Duration slip_max);
  std::vector<TierTiming> TimingsOf(const std::string& rule) const;
  int MinTierOf(const std::string& rule) const;
  void Propose(const Key& key, const Subject& subject, int reached, double threshold,
               std::vector<Transition>& out) const;
  std::vector<TierTest> StageTests(const Gauge& gauge, double stage_m) const;
  void AdvanceStage(const Key& key, Subject& subject, std::vector<Transition>& out);
  void ObserveGone(const std::string& rule, const std::set<std::string>& seen, absl::Time now,
                   std::vector<Transition>& out);
  double StreetThreshold(int tier) const;
  double JamThreshold(int tier) const;

  const RuleOptions options_;
  std::map<Key, Subject> subjects_;
  bool has_seen_jams_ =
      false;  // Jams were evaluated before, so that a jam that is new now has just formed.
  absl::Time stages_evaluated_at_ =
      absl::InfinitePast();                        // The `now` of the last evaluation of gauges.
  absl::Time stages_from_ = absl::InfinitePast();  // Earlier readings belong to the other mode.
  std::set<std::string> unfinished_stages_;        // Gauges for ContinueStages.
};

/// Names of the rules, as stored and as `Alert.rule` shows them.
inline constexpr char kStageRule[] = "stage";
inline constexpr char kStreetDepthRule[] = "street_depth";
inline constexpr char kJamRule[] = "jam";
inline constexpr char kOutageRule[] = "outage";

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULE_ENGINE_H_
