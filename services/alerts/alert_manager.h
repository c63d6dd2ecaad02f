// The alert manager: evaluates the rules, and raises, changes and ends alerts.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_MANAGER_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_MANAGER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/alerts/alert_book.h"
#include "services/alerts/alert_cap.h"
#include "services/alerts/cap_issuer.h"
#include "services/alerts/evaluation_time.h"
#include "services/alerts/pending_write.h"
#include "services/alerts/rules/data_gaps.h"
#include "services/alerts/rules/observations.h"
#include "services/alerts/rules/rule_engine.h"
#include "services/alerts/watch_hub.h"
#include "storage/alerts/alert_store.h"

namespace citylayers::alerts {

struct AlertManagerOptions {
  RuleOptions rules;
  CapOptions cap;
  /// Maximum number of unresolved alerts; further ones are not raised.
  std::size_t active_max = 10'000;
  std::size_t actor_characters_max = 100;     ///< As alert_service.proto states.
  std::size_t comment_characters_max = 2000;  ///< As alert_service.proto states.
  std::size_t caps_scanned_max = 10'000;      ///< Maximum number of messages that ListCaps reads.
  std::size_t watch_held_max = 10'000;
};

/// Joins rules, store, CAP messages and watchers.
///  - All changes of one evaluation are one synced write. If it fails, nothing has changed and the
///    next evaluation tries again. Values and peaks are still followed and published to watchers; a
///    peak that could not be written is written by a later evaluation.
///  - When a replay takes over the city clock, or releases it, all earlier alerts are ended: alerts
///    of an exercise and of the real city never mix.
///  - CAP messages are issued at each change of level and at the end, and renewed before they
///    expire.
/// Thread-safe. Writers take turns; reads are those of the book, which do not wait for writes.
///
///   ASSIGN_OR_RETURN(auto manager, AlertManager::Open(*store, {}));
///   RETURN_IF_ERROR(manager->Evaluate(conditions, time));
///   ASSIGN_OR_RETURN(auto alert, manager->Acknowledge(7, "Lan", "", time));
class AlertManager {
 public:
  /// Loads the state from the store. INVALID_ARGUMENT: bad rule options. Other errors: the store's.
  /// REQUIRES: the store outlives the manager.
  static absl::StatusOr<std::unique_ptr<AlertManager>> Open(storage::AlertStore& store,
                                                            AlertManagerOptions options);

  /// Evaluates the rules once and applies the result. Rules whose service did not answer keep their
  /// state. Errors: the store's. RESOURCE_EXHAUSTED: `active_max` is reached; all changes but the
  /// surplus were applied. INVALID_ARGUMENT: all changes were applied, but a CAP message could not
  /// be built. DATA_LOSS, NOT_FOUND: the stored data of some alerts cannot be read; the changes of
  /// the others were applied.
  absl::Status Evaluate(const Conditions& conditions, const EvaluationTime& time);

  /// Records who handles an alert. The same actor adds a comment, or changes nothing without one;
  /// another actor takes the alert over. A rise by a tier opens the alert again.
  /// NOT_FOUND. FAILED_PRECONDITION: the alert is resolved. INVALID_ARGUMENT: bad actor or comment.
  absl::StatusOr<storage::AlertRecord> Acknowledge(std::uint64_t id, const std::string& actor,
                                                   const std::string& comment,
                                                   const EvaluationTime& time);

  /// Ends an alert by hand. Errors as Acknowledge; a comment is required.
  absl::StatusOr<storage::AlertRecord> Resolve(std::uint64_t id, const std::string& actor,
                                               const std::string& comment,
                                               const EvaluationTime& time);

  /// Time before `time` for which Evaluate needs the readings of gauges.
  absl::Duration StageWindow(const EvaluationTime& time) const;

  const AlertBook& book() const { return book_; }
  WatchHub& hub() { return hub_; }

 private:
  struct Omissions;

  AlertManager(storage::AlertStore& store, AlertManagerOptions options);
  absl::Status Load();
  absl::Status EndOtherMode(const EvaluationTime& time, absl::Time begun)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status ApplyRules(const Conditions& conditions, const EvaluationTime& time,
                          Omissions& omissions) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  PendingWrite NewWrite(const EvaluationTime& time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status Commit(const PendingWrite& write) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status FollowValues(const EvaluationTime& time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);

  storage::AlertStore& store_;
  const AlertManagerOptions options_;
  WatchHub hub_;
  AlertBook book_;

  absl::Mutex write_mutex_;  // Serializes writers; held during disk writes.
  RuleEngine engine_ ABSL_GUARDED_BY(write_mutex_);
  CapIssuer issuer_ ABSL_GUARDED_BY(write_mutex_);
  GapFinder gap_finder_ ABSL_GUARDED_BY(write_mutex_);
  std::optional<bool> exercise_ ABSL_GUARDED_BY(write_mutex_);
  // Wall time of the last evaluation; InfiniteFuture before the first.
  absl::Time evaluated_at_ ABSL_GUARDED_BY(write_mutex_) = absl::InfiniteFuture();
  std::set<std::uint64_t> unwritten_peaks_ ABSL_GUARDED_BY(write_mutex_);  // Written again later.
  std::string scenario_ ABSL_GUARDED_BY(write_mutex_);  // Kept for one evaluation after its replay.
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_MANAGER_H_
