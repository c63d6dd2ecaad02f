// The state of one subject of a rule: its condition, its alert, and whether it has data.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_SUBJECT_STATE_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_SUBJECT_STATE_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/alerts/rules/finding.h"
#include "services/alerts/rules/tiered_condition.h"
#include "services/alerts/rules/transition.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// The life of a subject (a gauge, a street, a jam, an input), which is the same for all rules.
///  - The rule evaluates `condition()`; Propose compares its tier with the announced one, which is
///    that of the alert. Only Commit changes the announced tier: a proposal whose write failed is
///    made again.
///  - An alert that was ended by hand suppresses its tier: nothing is proposed until the condition
///    has cleared or exceeds that tier.
///  - A subject without data is silent: its alert keeps its state.
/// Not thread-safe. Every operation is O(tiers).
class SubjectState {
 public:
  /// `finding` has at least rule, kind and subject.
  SubjectState(absl::Span<const TierTiming> timings, Finding finding)
      : condition_(timings), finding_(std::move(finding)) {}

  /// Takes over the state of an earlier run: an alert that it raised is not raised again.
  void Restore(const storage::RuleStateRecord& state);

  TieredCondition& condition() { return condition_; }
  Finding& finding() { return finding_; }
  const Finding& finding() const { return finding_; }

  /// Data were evaluated at city time `now`.
  void NoteData(absl::Time now);
  void SetSilent(bool is_silent) { is_silent_ = is_silent; }
  bool is_silent() const { return is_silent_; }
  /// City time of the last NoteData; InfinitePast: none in this run.
  absl::Time data_time() const { return data_time_; }

  /// The change that leads from the announced tier to `tier`; nullopt: none. Tiers below `min_tier`
  /// raise no alert. `threshold`: the raise value of `tier`.
  std::optional<Transition> Propose(int tier, int min_tier, double threshold) const;
  /// The transition to `tier` has been written; `alert_id` is the alert that has it.
  void Commit(int tier, std::uint64_t alert_id);

  /// The state to write with an alert that is ended by hand, and its commit after the write.
  storage::RuleStateRecord EndedByHand() const;
  void CommitEndedByHand(int suppressed_tier);

  int announced_tier() const { return announced_tier_; }
  std::uint64_t alert_id() const { return alert_id_; }  ///< 0: it has no alert.
  /// True when it has no tier, no alert and no suppressed tier: it can be dropped.
  bool IsIdle() const;

 private:
  TieredCondition condition_;
  Finding finding_;
  int announced_tier_ = 0;
  int suppressed_tier_ = 0;
  std::uint64_t alert_id_ = 0;
  absl::Time data_time_ = absl::InfinitePast();
  bool is_silent_ = false;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_SUBJECT_STATE_H_
