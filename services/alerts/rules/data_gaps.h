// Finds inputs that the rules cannot evaluate because data are missing.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_DATA_GAPS_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_DATA_GAPS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "services/alerts/rules/observations.h"
#include "services/alerts/rules/rule_options.h"

namespace citylayers::alerts {

/// Finds gauges with alert levels that have no data to evaluate, and lists whose service does not
/// answer or whose data are too old. While there is a gap, "no alerts" does not mean that all is
/// well. Remembers when each list was last current. Not thread-safe.
class GapFinder {
 public:
  explicit GapFinder(const RuleOptions& options) : options_(options) {}

  /// `max_age_min`: as in RuleInput.
  std::vector<DataGap> Find(const Conditions& conditions, absl::Time now,
                            absl::Duration max_age_min);

 private:
  void AddInput(const std::string& input, const Conditions& conditions, bool has_answered,
                absl::Time data_time, absl::Time now, absl::Duration max_age,
                std::vector<DataGap>& gaps);
  void AddGauge(const StageObservation& stage, absl::Time now, absl::Duration max_age_min,
                std::vector<DataGap>& gaps) const;

  const RuleOptions options_;
  std::map<std::string, absl::Time> good_at_;  // By input.
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_DATA_GAPS_H_
