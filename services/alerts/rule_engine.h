// The alert rules: from what the city looks like to what should be raised, changed or ended.
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

/// What a rule knows of a subject at the moment.
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
  /// Worst value since the alert was raised, where several came between two looks.
  std::optional<double> worst;
};

/// Something that should happen. It is proposed again at each look until it is committed.
struct Transition {
  enum class Type { kRaise, kEscalate, kEase, kResolve, kForget };
  Type type = Type::kRaise;  ///< kForget: no alert changes, only `state` does.
  Finding finding;
  int tier = 0;                    ///< After it; 0 for kResolve and kForget.
  uint64_t alert_id = 0;           ///< The alert it changes; 0 for kRaise and kForget.
  storage::RuleStateRecord state;  ///< To be stored with it; for kRaise without the alert's id.
};

/// The newest value behind an alert.
struct LiveValue {
  uint64_t alert_id = 0;
  Finding finding;
};

/// Watches all subjects of all rules. One alert a subject: a station, a street, a jam.
///  - Raise and clear values differ; `hold` and `keep` are city time; see TieredCondition.
///  - Stale, profile and suspect data neither raise nor clear: the state is kept.
///  - What was ended by hand is not raised again until it has cleared or gets worse than it was.
///  - Nothing changes for good until Commit: a proposal whose write failed comes again.
/// Not thread-safe. A look costs O(subjects · log subjects).
///
///   RuleEngine engine(options);
///   engine.Restore(*store.ListRuleStates());
///   for (const Transition& t : engine.ObserveStages(stages, city_now)) {
///     ... write ...; engine.Commit(t, alert_id);
///   }
class RuleEngine {
 public:
  explicit RuleEngine(RuleOptions options) : options_(options) {}

  /// Takes up where an earlier run ended: what was raised then is not raised again.
  void Restore(absl::Span<const storage::RuleStateRecord> states);

  /// Looks at gauges. One that is not listed has no data. `max_age_min` widens what counts as
  /// stale, for a city clock that runs many times faster than the wall's. Readings count in the
  /// order of their times, each once, also one ahead of `now`, and again only after `now` went back
  /// by more than `max_age_min`. Returns at most one transition per gauge, and evaluates no reading
  /// of that gauge beyond it: call ContinueStages after Commit, until it returns nothing.
  std::vector<Transition> ObserveStages(absl::Span<const StageObservation> stages, absl::Time now,
                                        absl::Duration max_age_min = absl::ZeroDuration());
  /// Goes on with the gauges whose transition was committed and which have more readings.
  std::vector<Transition> ContinueStages();
  /// Looks at all streets under water.
  std::vector<Transition> ObserveStreets(const Complete<StreetDepthObservation>& streets,
                                         absl::Time now,
                                         absl::Duration max_age_min = absl::ZeroDuration());
  /// Looks at all jams. At the first look after a start or a pause a jam has lasted since it began,
  /// as far as nothing that was seen before speaks against it; else since it was seen.
  std::vector<Transition> ObserveJams(const Complete<JamObservation>& jams, absl::Time now,
                                      absl::Duration max_age_min = absl::ZeroDuration());

  /// Looks at what cannot be evaluated: an outage that lasts is an alert too.
  std::vector<Transition> ObserveOutages(absl::Span<const DataGap> gaps, absl::Time now);

  /// A rule has no data at all, e.g. since the service behind it is down: its state is kept, and
  /// whatever was waiting starts anew.
  void Pause(const std::string& rule);

  /// The transition has been written. `alert_id`: the alert that now stands for the subject.
  void Commit(const Transition& transition, uint64_t alert_id);

  /// The state to write with an alert that is ended by hand, and the call for when it was written.
  storage::RuleStateRecord EndedByHand(const std::string& rule, const std::string& subject) const;
  void CommitEndedByHand(const storage::RuleStateRecord& state);

  /// Forgets everything, e.g. when a replay takes over the city clock. Readings of gauges from
  /// before `stages_from` do not count.
  void Clear(absl::Time stages_from = absl::InfinitePast()) {
    subjects_.clear();
    stages_looked_at_ = absl::InfinitePast();
    stages_from_ = stages_from;
    unfinished_stages_.clear();
    has_seen_jams_ = false;
  }

  /// Subjects that have an alert and no data at the moment, so that their alert just stays.
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
    absl::Duration gap;            // Readings further apart are not in a row.
  };
  struct Subject {
    TieredCondition condition;
    StageFold readings;  // Of a gauge, as the next.
    Gauge gauge;
    Finding finding;
    int announced_tier = 0;
    int suppressed_tier = 0;
    uint64_t alert_id = 0;
    absl::Time seen_at = absl::InfinitePast();       // The last look with data, as is_silent.
    absl::Time untrusted_at = absl::InfinitePast();  // Of a jam: the last look at profile data.
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
  bool has_seen_jams_ = false;  // At the last look, so that a jam that is new now is new.
  absl::Time stages_looked_at_ = absl::InfinitePast();  // The `now` of the last look at gauges.
  absl::Time stages_from_ = absl::InfinitePast();       // Earlier readings are of the other city.
  std::set<std::string> unfinished_stages_;             // Gauges for ContinueStages.
};

/// Names of the rules, as stored and as `Alert.rule` shows them.
inline constexpr char kStageRule[] = "stage";
inline constexpr char kStreetDepthRule[] = "street_depth";
inline constexpr char kJamRule[] = "jam";
inline constexpr char kOutageRule[] = "outage";

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULE_ENGINE_H_
