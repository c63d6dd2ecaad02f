// A write in preparation: changes of alerts with their audit lines, rule states and CAP messages.
#ifndef CITYLAYERS_SERVICES_ALERTS_PENDING_WRITE_H_
#define CITYLAYERS_SERVICES_ALERTS_PENDING_WRITE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "services/alerts/alert_book.h"
#include "services/alerts/alert_text.h"
#include "services/alerts/cap_issuer.h"
#include "services/alerts/evaluation_time.h"
#include "services/alerts/rules/transition.h"
#include "storage/alerts/alert_store.h"

namespace citylayers::alerts {

/// Collects the changes of one synced write. Nothing is stored and no state changes until the
/// caller has written `changes()`. Not thread-safe.
class PendingWrite {
 public:
  /// The references must outlive this. `time.scenario` is named in CAP messages of exercises.
  PendingWrite(const storage::AlertStore& store, const AlertBook& book, CapIssuer& issuer,
               EvaluationTime time);

  /// Raises, changes and ends alerts. An alert that cannot be read is skipped: see item_error. More
  /// than `active_max` alerts are not raised: see surplus. Errors: the store's.
  absl::Status AddTransitions(absl::Span<const Transition> transitions, std::size_t active_max);
  /// Repeats messages that would expire while their alert is active, unless the write changes it.
  absl::Status AddRenewals();
  /// Ends an alert for another reason than its condition, with a CAP message. Returns it.
  absl::StatusOr<storage::AlertRecord> AddEnd(storage::AlertRecord alert, std::string actor,
                                              std::string comment);
  /// A changed alert with a line of its audit trail.
  void AddEvent(storage::AlertRecord alert, storage::AlertEventType type, std::string actor,
                std::string comment);
  void AddRuleState(storage::RuleStateRecord state);

  const std::vector<storage::AlertChange>& changes() const { return changes_; }
  /// Transitions to commit to the rules after the write, with the alerts that they belong to.
  const std::vector<std::pair<Transition, std::uint64_t>>& commits() const { return commits_; }
  /// Number of alerts that were not raised because there are too many.
  std::size_t surplus() const { return surplus_; }
  /// Why a transition could not be added (DATA_LOSS, NOT_FOUND); the others were.
  const absl::Status& item_error() const { return item_error_; }
  /// Why a CAP message could not be built; its alert was added without it.
  const absl::Status& cap_error() const { return cap_error_; }

 private:
  absl::Status AddTransition(const Transition& transition, std::size_t active_max);
  absl::Status AddRenewal(storage::AlertRecord alert);
  absl::Status AddCap(const AlertText& text, storage::AlertChange& change);

  const storage::AlertStore& store_;
  const AlertBook& book_;
  CapIssuer& issuer_;
  const EvaluationTime time_;
  std::vector<storage::AlertChange> changes_;
  std::vector<std::pair<Transition, std::uint64_t>> commits_;
  std::uint64_t next_alert_id_;
  int cap_count_ = 0;
  std::size_t surplus_ = 0;
  absl::Status item_error_;
  absl::Status cap_error_;
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_PENDING_WRITE_H_
