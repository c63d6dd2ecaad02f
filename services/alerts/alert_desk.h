// The alert desk: rules, store, CAP messages and followers joined; what the alert service does,
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

#include "services/alerts/alert_cap.h"
#include "services/alerts/alert_filter.h"
#include "services/alerts/data_gaps.h"
#include "services/alerts/moment.h"
#include "services/alerts/observations.h"
#include "services/alerts/rule_engine.h"
#include "services/alerts/watch_hub.h"
#include "storage/alerts/alert_store.h"

namespace citylayers::alerts {

struct DeskOptions {
  RuleOptions rules;
  CapOptions cap;
  size_t active_max = 10'000;            ///< Alerts that are not resolved; more are not raised.
  size_t actor_characters_max = 100;     ///< As alert_service.proto states.
  size_t comment_characters_max = 2000;  ///< As alert_service.proto states.
  size_t caps_scanned_max = 10'000;      ///< Messages that one ListCaps looks at.
  size_t watch_held_max = 10'000;
};

/// A page of alerts, the newest first.
struct AlertPage {
  std::vector<storage::AlertRecord> alerts;
  uint64_t next_before_id = 0;  ///< 0: this is the end.
};

/// CAP messages, the newest first.
struct CapList {
  std::vector<storage::CapRecord> caps;
  bool has_more = false;       ///< Than the page holds.
  bool is_scan_ended = false;  ///< By `caps_scanned_max`: there may be more.
};

/// Raises, changes, ends and lists alerts.
///  - Everything that follows from one look is one synced write; when it fails nothing has changed
///    and the next look tries again. Values and peaks are followed and told to watchers all the
///    same; a peak that could not be written is written by a later look.
///  - When a replay takes over the city clock, or gives it back, all alerts from before are ended:
///    an exercise and the real city never mix.
///  - CAP messages are issued at each change of level and at the end, and renewed before they
///    expire.
/// Thread-safe; lists do not wait for writes.
///
///   ASSIGN_OR_RETURN(auto desk, AlertDesk::Open(*store, {}));
///   RETURN_IF_ERROR(desk->Observe(look, moment));
///   ASSIGN_OR_RETURN(auto alert, desk->Acknowledge(7, "Lan", "", moment));
class AlertDesk {
 public:
  /// Takes up what the store holds. INVALID_ARGUMENT: bad rule options. Else: the store's errors.
  /// REQUIRES: the store outlives the desk.
  static absl::StatusOr<std::unique_ptr<AlertDesk>> Open(storage::AlertStore& store,
                                                         DeskOptions options);

  /// Looks at the city once and does what the rules say. Rules whose service did not answer keep
  /// their state. Errors: the store's. RESOURCE_EXHAUSTED: `active_max` is reached; all but the
  /// surplus was done. INVALID_ARGUMENT: all was done, but a CAP message could not be made.
  /// DATA_LOSS, NOT_FOUND: what is stored of some alerts cannot be read; the others were done.
  absl::Status Observe(const Look& look, const Moment& moment);

  /// Notes who cares for an alert. The same actor adds a comment, or changes nothing without one;
  /// another actor takes it over. A rise by a tier opens the alert again.
  /// NOT_FOUND, FAILED_PRECONDITION: resolved. INVALID_ARGUMENT: bad actor or comment.
  absl::StatusOr<storage::AlertRecord> Acknowledge(uint64_t id, const std::string& actor,
                                                   const std::string& comment,
                                                   const Moment& moment);

  /// Ends an alert by hand. Errors as Acknowledge; a comment is needed.
  absl::StatusOr<storage::AlertRecord> Resolve(uint64_t id, const std::string& actor,
                                               const std::string& comment, const Moment& moment);

  /// NOT_FOUND: no such alert.
  absl::StatusOr<storage::AlertRecord> Get(uint64_t id) const;

  /// Alerts with an id under `before_id` that match.
  absl::StatusOr<AlertPage> List(const Filter& filter, uint64_t before_id, int page_size) const;

  absl::StatusOr<std::vector<storage::AlertEventRecord>> ListEvents(uint64_t id) const {
    return store_.ListEvents(id);
  }
  absl::StatusOr<storage::CapRecord> GetCap(absl::string_view cap_id) const {
    return store_.GetCap(cap_id);
  }
  /// For feeds: messages of alerts that last, or ended within a day before `moment`. While the city
  /// is an exercise only its messages, else only actual ones.
  absl::StatusOr<CapList> ListCaps(int page_size, const Moment& moment) const;

  /// How far before `moment` Observe wants to know the readings of gauges.
  absl::Duration StageWindow(const Moment& moment) const;

  WatchHub& hub() { return hub_; }
  size_t active_count() const;
  /// What alerts are about that had no data at the last look: such an alert stays as it is.
  std::vector<std::string> silent_subjects() const;
  /// What could not be evaluated at the last look.
  std::vector<DataGap> data_gaps() const;

 private:
  struct Active {
    storage::AlertRecord alert;
    absl::Time cap_sent = absl::InfinitePast();  ///< Of its last message.
  };
  struct Step;  // A write in the making.

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
  absl::Status Act(const Look& look, const Moment& moment, Step& step)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status AddAll(const std::vector<Transition>& transitions, const Moment& moment, Step& step)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status FollowValues(const Moment& moment) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  std::vector<Transition> RunRules(const Look& look, const Moment& moment)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status CheckWords(const std::string& actor, const std::string& comment,
                          bool comment_needed) const;
  absl::StatusOr<storage::AlertRecord> FindUnresolved(uint64_t id) const;
  storage::AlertRecord Latest(const storage::AlertRecord& stored) const;

  storage::AlertStore& store_;
  const DeskOptions options_;
  WatchHub hub_;

  absl::Mutex write_mutex_;  // Writers take turns; held over disk writes.
  RuleEngine engine_ ABSL_GUARDED_BY(write_mutex_);
  GapFinder gap_finder_ ABSL_GUARDED_BY(write_mutex_);
  std::optional<bool> exercise_ ABSL_GUARDED_BY(write_mutex_);
  // Wall time of the last look; InfiniteFuture before the first.
  absl::Time looked_at_ ABSL_GUARDED_BY(write_mutex_) = absl::InfiniteFuture();
  std::set<uint64_t> unwritten_peaks_ ABSL_GUARDED_BY(write_mutex_);  // To be tried again.
  std::string scenario_ ABSL_GUARDED_BY(write_mutex_);  // Outlives its replay by a look.

  mutable absl::Mutex state_mutex_;  // Held for memory only; taken inside write_mutex_.
  std::map<uint64_t, Active> active_ ABSL_GUARDED_BY(state_mutex_);
  std::vector<std::string> silent_ ABSL_GUARDED_BY(state_mutex_);
  std::vector<DataGap> gaps_ ABSL_GUARDED_BY(state_mutex_);
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_DESK_H_
