// The alert desk: joins rules, store, CAP messages and watchers. It implements the alert service
// without gRPC.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_DESK_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_DESK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "base/strings.h"
#include "services/alerts/alert_cap.h"
#include "services/alerts/alert_filter.h"
#include "services/alerts/cap_issuer.h"
#include "services/alerts/rules/data_gaps.h"
#include "services/alerts/moment.h"
#include "services/alerts/rules/observations.h"
#include "services/alerts/rules/rule_engine.h"
#include "services/alerts/watch_hub.h"
#include "storage/alerts/alert_store.h"

namespace citylayers::alerts {

struct DeskOptions {
  RuleOptions rules;
  CapOptions cap;
  size_t active_max =
      10'000;  ///< Maximum number of unresolved alerts; further ones are not raised.
  size_t actor_characters_max = 100;     ///< As alert_service.proto states.
  size_t comment_characters_max = 2000;  ///< As alert_service.proto states.
  size_t caps_scanned_max = 10'000;      ///< Maximum number of messages that one ListCaps reads.
  size_t watch_held_max = 10'000;
};

/// A page of alerts, newest first.
struct AlertPage {
  std::vector<storage::AlertRecord> alerts;
  uint64_t next_before_id = 0;  ///< 0: this is the last page.
};

/// CAP messages, newest first.
struct CapList {
  std::vector<storage::CapRecord> caps;
  bool has_more = false;       ///< There are more than the page holds.
  bool is_scan_ended = false;  ///< `caps_scanned_max` ended the scan: there may be more.
};

/// Raises, changes, ends and lists alerts.
///  - All changes of one evaluation are one synced write. If it fails, nothing has changed and the
///    next evaluation tries again. Values and peaks are still followed and published to watchers; a
///    peak that could not be written is written by a later evaluation.
///  - When a replay takes over the city clock, or releases it, all earlier alerts are ended: alerts
///    of an exercise and of the real city never mix.
///  - CAP messages are issued at each change of level and at the end, and renewed before they
///    expire.
/// Thread-safe; lists do not wait for writes.
///
///   ASSIGN_OR_RETURN(auto desk, AlertDesk::Open(*store, {}));
///   RETURN_IF_ERROR(desk->Observe(conditions, moment));
///   ASSIGN_OR_RETURN(auto alert, desk->Acknowledge(7, "Lan", "", moment));
class AlertDesk {
 public:
  /// Loads the state from the store. INVALID_ARGUMENT: bad rule options. Other errors: the store's.
  /// REQUIRES: the store outlives the desk.
  static absl::StatusOr<std::unique_ptr<AlertDesk>> Open(storage::AlertStore& store,
                                                         DeskOptions options);

  /// Evaluates the rules once and applies the result. Rules whose service did not answer keep their
  /// state. Errors: the store's. RESOURCE_EXHAUSTED: `active_max` is reached; all changes but the
  /// surplus were applied. INVALID_ARGUMENT: all changes were applied, but a CAP message could not
  /// be built. DATA_LOSS, NOT_FOUND: the stored data of some alerts cannot be read; the changes of
  /// the others were applied.
  absl::Status Observe(const Conditions& conditions, const Moment& moment);

  /// Records who handles an alert. The same actor adds a comment, or changes nothing without one;
  /// another actor takes the alert over. A rise by a tier opens the alert again.
  /// NOT_FOUND. FAILED_PRECONDITION: the alert is resolved. INVALID_ARGUMENT: bad actor or comment.
  absl::StatusOr<storage::AlertRecord> Acknowledge(uint64_t id, const std::string& actor,
                                                   const std::string& comment,
                                                   const Moment& moment);

  /// Ends an alert by hand. Errors as Acknowledge; a comment is required.
  absl::StatusOr<storage::AlertRecord> Resolve(uint64_t id, const std::string& actor,
                                               const std::string& comment, const Moment& moment);

  /// NOT_FOUND: there is no such alert.
  absl::StatusOr<storage::AlertRecord> Get(uint64_t id) const;

  /// Alerts with an id below `before_id` that match the filter.
  absl::StatusOr<AlertPage> List(const Filter& filter, uint64_t before_id, int page_size) const;

  absl::StatusOr<std::vector<storage::AlertEventRecord>> ListEvents(uint64_t id) const {
    return store_.ListEvents(id);
  }
  absl::StatusOr<storage::CapRecord> GetCap(absl::string_view cap_id) const {
    return store_.GetCap(ToStd(cap_id));
  }
  /// For feeds: messages of alerts that are active or ended within a day before `moment`. During an
  /// exercise only exercise messages, else only actual ones.
  absl::StatusOr<CapList> ListCaps(int page_size, const Moment& moment) const;

  /// Time before `moment` for which Observe needs the readings of gauges.
  absl::Duration StageWindow(const Moment& moment) const;

  WatchHub& hub() { return hub_; }
  size_t active_count() const;
  /// Subjects of alerts that had no data at the last evaluation: such an alert keeps its state.
  std::vector<std::string> silent_subjects() const;
  /// Inputs that could not be evaluated at the last evaluation.
  std::vector<DataGap> data_gaps() const;

 private:
  struct Step;  // A write in preparation.

  AlertDesk(storage::AlertStore& store, DeskOptions options);
  absl::Status Load();
  absl::Status EndOtherMode(const Moment& moment, absl::Time begun)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status AddTransition(const Transition& transition, const Moment& moment, Step& step)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status AddRenewals(const Moment& moment, Step& step)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status AddCap(const Words& words, const Moment& moment, storage::AlertChange& change,
                      Step& step) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status Write(Step& step) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status Act(const Conditions& conditions, const Moment& moment, Step& step)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status AddAll(const std::vector<Transition>& transitions, const Moment& moment, Step& step)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status FollowValues(const Moment& moment) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  std::vector<Transition> RunRules(const Conditions& conditions, const Moment& moment)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status CheckWords(const std::string& actor, const std::string& comment,
                          bool comment_needed) const;
  absl::StatusOr<storage::AlertRecord> FindUnresolved(uint64_t id) const;
  storage::AlertRecord Latest(const storage::AlertRecord& stored) const;

  storage::AlertStore& store_;
  const DeskOptions options_;
  WatchHub hub_;

  absl::Mutex write_mutex_;  // Serializes writers; held during disk writes.
  RuleEngine engine_ ABSL_GUARDED_BY(write_mutex_);
  CapIssuer issuer_ ABSL_GUARDED_BY(write_mutex_);
  GapFinder gap_finder_ ABSL_GUARDED_BY(write_mutex_);
  std::optional<bool> exercise_ ABSL_GUARDED_BY(write_mutex_);
  // Wall time of the last evaluation; InfiniteFuture before the first.
  absl::Time evaluated_at_ ABSL_GUARDED_BY(write_mutex_) = absl::InfiniteFuture();
  std::set<uint64_t> unwritten_peaks_ ABSL_GUARDED_BY(write_mutex_);  // Written again later.
  std::string scenario_ ABSL_GUARDED_BY(write_mutex_);  // Kept for one evaluation after its replay.

  mutable absl::Mutex state_mutex_;  // Held for memory access only; acquired inside write_mutex_.
  std::map<std::uint64_t, storage::AlertRecord> active_ ABSL_GUARDED_BY(state_mutex_);
  std::vector<std::string> silent_ ABSL_GUARDED_BY(state_mutex_);
  std::vector<DataGap> gaps_ ABSL_GUARDED_BY(state_mutex_);
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_DESK_H_
