// The book of alerts: the active alerts with their newest values, and the lists of all alerts.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_BOOK_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_BOOK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/alerts/alert_filter.h"
#include "services/alerts/evaluation_time.h"
#include "services/alerts/rules/observations.h"
#include "services/alerts/rules/rule.h"
#include "storage/alerts/alert_store.h"

namespace citylayers::alerts {

/// A page of alerts, newest first.
struct AlertPage {
  std::vector<storage::AlertRecord> alerts;
  std::uint64_t next_before_id = 0;  ///< 0: this is the last page.
};

/// CAP messages, newest first.
struct CapList {
  std::vector<storage::CapRecord> caps;
  bool has_more = false;       ///< There are more than the page holds.
  bool is_scan_ended = false;  ///< `caps_scanned_max` ended the scan: there may be more.
};

/// Joins the stored alerts with the newest values of the active ones, which are held in memory.
/// Thread-safe. The lock is held for memory access only, so that reads do not wait for writes.
class AlertBook {
 public:
  /// `store` must outlive this. `caps_scanned_max`: number of messages that one ListCaps reads.
  AlertBook(const storage::AlertStore& store, std::size_t caps_scanned_max)
      : store_(store), caps_scanned_max_(caps_scanned_max) {}

  /// NOT_FOUND: there is no such alert.
  absl::StatusOr<storage::AlertRecord> Get(std::uint64_t id) const;
  /// As Get. FAILED_PRECONDITION: the alert is resolved.
  absl::StatusOr<storage::AlertRecord> GetUnresolved(std::uint64_t id) const;
  /// Alerts with an id below `before_id` that match the filter.
  absl::StatusOr<AlertPage> List(const Filter& filter, std::uint64_t before_id,
                                 int page_size) const;
  /// The audit trail of an alert. NOT_FOUND: there is no such alert.
  absl::StatusOr<std::vector<storage::AlertEventRecord>> ListEvents(std::uint64_t id) const;
  absl::StatusOr<storage::CapRecord> GetCap(const std::string& cap_id) const;
  /// For feeds: messages of alerts that are active or ended within a day before `time`. During an
  /// exercise only exercise messages, else only actual ones.
  absl::StatusOr<CapList> ListCaps(int page_size, const EvaluationTime& time) const;

  const storage::AlertStore& store() const { return store_; }
  std::size_t active_count() const;
  /// The active alerts that are `wanted`, by id. `wanted` is called under the lock.
  std::vector<storage::AlertRecord> FindActive(
      absl::FunctionRef<bool(const storage::AlertRecord&)> wanted) const;
  /// Subjects of alerts that had no data at the last evaluation: such an alert keeps its state.
  std::vector<std::string> silent_subjects() const;
  /// Inputs that could not be evaluated at the last evaluation.
  std::vector<DataGap> data_gaps() const;

  /// Changes that have been stored. Returns the changed alerts.
  std::vector<storage::AlertRecord> Apply(absl::Span<const storage::AlertChange> changes);

  /// Takes over new values and silence. `visible`: alerts whose displayed value or silence changed.
  /// `peaks`: ids of alerts with a new peak, which is not stored yet.
  struct ValueChanges {
    std::vector<storage::AlertRecord> visible;
    std::set<std::uint64_t> peaks;
  };
  ValueChanges FollowValues(absl::Span<const LiveValue> values,
                            absl::Span<const SilentSubject> silent, absl::Time city_now);
  void Load(std::vector<storage::AlertRecord> active);
  void SetDataGaps(std::vector<DataGap> gaps);

 private:
  storage::AlertRecord Latest(const storage::AlertRecord& stored) const;
  void FollowSilence(absl::Span<const SilentSubject> silent, absl::Time city_now,
                     std::vector<storage::AlertRecord>& visible)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const storage::AlertStore& store_;
  const std::size_t caps_scanned_max_;
  mutable absl::Mutex mutex_;
  std::map<std::uint64_t, storage::AlertRecord> active_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> silent_subjects_ ABSL_GUARDED_BY(mutex_);
  std::vector<DataGap> data_gaps_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_BOOK_H_
