// The rule of jams.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_JAM_RULE_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_JAM_RULE_H_

#include <map>
#include <string>
#include <vector>

#include "services/alerts/rules/rule.h"
#include "services/alerts/rules/rule_options.h"

namespace citylayers::alerts {

inline constexpr char kJamRule[] = "jam";

/// One subject per jam. Its tiers: slow, queue, the city's official definition. A jam that has left
/// the list has dissolved. At the first evaluation after a start or a pause, a jam has lasted since
/// its reported start, unless an earlier observation contradicts that; otherwise since it was first
/// observed.
class JamRule final : public Rule {
 public:
  explicit JamRule(const JamRuleOptions& options);

  std::vector<Transition> Evaluate(const RuleInput& input) override;
  /// Pauses when the list is older than `stale_after` and `max_age_min`.
  std::vector<Transition> Observe(const Complete<JamObservation>& jams, absl::Time now,
                                  absl::Duration max_age_min = absl::ZeroDuration());
  void Pause() override;
  void Clear(absl::Time data_from) override;

 private:
  void ObserveJam(const JamObservation& jam, absl::Time now, SubjectState& state);
  std::vector<TierTest> Tests(const JamObservation& jam) const;
  double ThresholdKmh(int tier) const;

  const JamRuleOptions options_;
  // By jam: the last evaluation with a speed that was mostly not measured.
  std::map<std::string, absl::Time> untrusted_at_;
  // Jams were evaluated since the start or the last pause: a jam that is new now has just formed.
  bool has_seen_jams_ = false;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_JAM_RULE_H_
