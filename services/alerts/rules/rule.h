// An alert rule: turns observations of its subjects into proposed alerts.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_RULE_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_RULE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/alerts/rules/observations.h"
#include "services/alerts/rules/subject_state.h"

namespace citylayers::alerts {

/// Everything that the rules evaluate at one city time. References are valid during the call.
struct RuleInput {
  const Conditions& conditions;
  absl::Span<const DataGap> gaps;
  absl::Time now;
  /// Raises the age at which data are stale, for a city clock much faster than the wall clock.
  absl::Duration max_age_min = absl::ZeroDuration();
};

/// What all subjects of a rule have in common.
struct RuleTraits {
  std::string name;  ///< As stored, and as `Alert.rule` shows it.
  storage::AlertKind kind = storage::AlertKind::kStage;
  std::vector<TierTiming> timings;  ///< One per tier.
  int min_tier = 1;                 ///< Lower tiers raise no alert.
};

/// A subject that has an alert and currently no data, so that its alert keeps its state.
struct SilentSubject {
  std::string subject;
  std::uint64_t alert_id = 0;
  absl::Time data_time;  ///< City time of the last data; InfinitePast: before this run.
};

/// The newest value of an alert's subject.
struct LiveValue {
  std::uint64_t alert_id = 0;
  Finding finding;
};

/// Base of the rules. A rule evaluates its own observations into the condition of each subject; the
/// rest of a subject's life is that of SubjectState. At most one alert per subject. State changes
/// only with Commit. Not thread-safe. An evaluation is O(subjects · log subjects).
class Rule {
 public:
  explicit Rule(RuleTraits traits) : traits_(std::move(traits)) {}
  virtual ~Rule() = default;
  const std::string& name() const { return traits_.name; }

  /// Evaluates the rule's list of `input`; without one the rule pauses.
  virtual std::vector<Transition> Evaluate(const RuleInput& input) = 0;
  /// Continues with subjects whose transition was committed and which have further observations.
  virtual std::vector<Transition> Continue() { return {}; }

  /// As in RuleEngine.
  virtual void Restore(const storage::RuleStateRecord& state);
  virtual void Commit(const Transition& transition, std::uint64_t alert_id);
  virtual storage::RuleStateRecord EndedByHand(const std::string& subject) const;
  void CommitEndedByHand(const storage::RuleStateRecord& state);
  virtual void Clear(absl::Time data_from);
  virtual storage::RuleStateRecord StateAfterClear(const std::string& subject,
                                                   absl::Time data_from) const;
  std::vector<SilentSubject> SilentSubjects() const;
  virtual std::vector<LiveValue> LiveValues() const;

  /// There are no data at all: the state is kept, and all waiting times start again.
  virtual void Pause();

 protected:
  SubjectState& Find(const std::string& subject);
  void Propose(const SubjectState& state, int tier, double threshold,
               std::vector<Transition>& out) const;
  /// Clears the subjects that a complete list no longer contains. `value_when_gone`: their value
  /// from now on; nullopt: they keep the last.
  void ClearGone(const std::set<std::string>& listed, std::optional<double> value_when_gone,
                 absl::Time now, std::vector<Transition>& out);
  virtual absl::Time DataTime(const SubjectState& state) const { return state.data_time(); }

  const RuleTraits traits_;
  std::map<std::string, SubjectState> subjects_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_RULE_H_
