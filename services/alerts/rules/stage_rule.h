// The rule of river stages.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_STAGE_RULE_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_STAGE_RULE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/alerts/rules/rule.h"
#include "services/alerts/rules/rule_options.h"
#include "services/alerts/rules/stage_fold.h"

namespace citylayers::alerts {

inline constexpr char kStageRule[] = "stage";

/// One subject per gauge with alert levels. Tiers 1 to 3 are its levels, tier 4 is far above III.
///  - Readings are evaluated in the order of their times, each once, including one ahead of `now`
///    (StageFold); again only after `now` went back by more than `max_age_min`.
///  - Profile, suspect and stale data neither raise nor clear: the state is kept.
class StageRule final : public Rule {
 public:
  explicit StageRule(const StageRuleOptions& options);

  std::vector<Transition> Evaluate(const RuleInput& input) override;
  /// A gauge that is not listed has no data. Returns at most one transition per gauge, and
  /// evaluates no reading of that gauge beyond it: call Continue after Commit, until it returns
  /// nothing.
  std::vector<Transition> Observe(absl::Span<const StageObservation> stages, absl::Time now,
                                  absl::Duration max_age_min = absl::ZeroDuration());
  std::vector<Transition> Continue() override;

  void Restore(const storage::RuleStateRecord& state) override;
  void Commit(const Transition& transition, std::uint64_t alert_id) override;
  storage::RuleStateRecord EndedByHand(const std::string& subject) const override;
  /// Earlier readings than `data_from` belong to the other mode and do not count, also after a
  /// restart: StateAfterClear stores that time.
  void Clear(absl::Time data_from) override;
  storage::RuleStateRecord StateAfterClear(const std::string& subject,
                                           absl::Time data_from) const override;
  /// Waiting times need no pause: a gap between readings shows in their times.
  void Pause() override;

 private:
  struct Gauge {
    storage::Localized place;
    LonLat location;
    std::vector<double> levels_m;  // Of the four tiers; NaN: the gauge does not have this one.
    absl::Duration gap;            // Readings further apart are not consecutive.
    StageFold readings;
  };

  void ObserveGauge(const StageObservation& stage, absl::Time now, absl::Duration max_age_min,
                    std::vector<Transition>& out);
  void Describe(const StageObservation& stage, absl::Duration max_age_min, Gauge& gauge) const;
  void Advance(Gauge& gauge, SubjectState& state, std::vector<Transition>& out) const;
  std::vector<TierTest> Tests(const Gauge& gauge, double stage_m) const;
  void NoteTime(absl::Time now, absl::Duration slip_max);
  absl::Time DataTime(const SubjectState& state) const override;

  const StageRuleOptions options_;
  std::map<std::string, Gauge> gauges_;              // One for each of subjects_.
  absl::Time evaluated_at_ = absl::InfinitePast();   // The `now` of the last evaluation.
  absl::Time readings_from_ = absl::InfinitePast();  // Earlier readings belong to the other mode.
  std::set<std::string> unfinished_;                 // Gauges for Continue.
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_STAGE_RULE_H_
