// A durable store of alerts, of their audit trails and of the CAP messages issued to the public.
#ifndef CITYLAYERS_STORAGE_ALERTS_ALERT_STORE_H_
#define CITYLAYERS_STORAGE_ALERTS_ALERT_STORE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "storage/alerts/alert_record.h"
#include "storage/alerts/trail_check.h"
#include "storage/rocks/store_copy.h"

namespace citylayers::storage {

/// One change of one alert. Either all parts are written, or none.
struct AlertChange {
  std::optional<AlertRecord> alert;      ///< The alert after the change.
  std::vector<AlertEventRecord> events;  ///< Lines to append to its trail. REQUIRES: alert.
  /// Replaces the state of its rule and subject. An empty state (tier 0, not suppressed, no alert,
  /// no reading) is removed.
  std::optional<RuleStateRecord> rule_state;
  std::optional<CapRecord> cap;  ///< Its id must be that of NextCapId.
};

/// Stores alerts, their audit trails, rule states and CAP messages.
///  - A change is one atomic, synced write: once Apply returns OK it survives kill -9 and power
///    loss, and a partial change is never visible.
///  - Trails only grow. Each line carries SHA-256 over itself and the hash of the line before; the
///    alert carries the last hash, so VerifyTrail detects any changed, removed or inserted line.
///  - CAP messages are immutable.
/// Thread-safe: readers run concurrently with one writer; writers take turns. Reads are O(log n); a
/// scan costs time proportional to the records it visits.
///
///   ASSIGN_OR_RETURN(auto store, OpenRocksAlertStore(data_dir + "/alerts"));
///   AlertRecord alert{.id = store->NextAlertId(), ...};
///   AlertEvent raised{.type = AlertEventType::kRaised, ...};
///   RETURN_IF_ERROR(store->Apply({{.alert = alert, .events = {raised}}}));
class AlertStore {
 public:
  virtual ~AlertStore() = default;

  /// The id for the next new alert. It stays the same until an alert with it has been applied.
  virtual std::uint64_t NextAlertId() const = 0;

  /// The id for the CAP message `ahead` messages after the next: `{instance}-{number}`.
  /// The instance is random and chosen when the database is created, and again when it was restored
  /// from a backup, so ids never repeat, even after a wipe.
  virtual std::string NextCapId(int ahead = 0) const = 0;

  /// Writes all changes in one synced batch. Sets sequence, hash, event_count and trail_hash.
  /// INVALID_ARGUMENT: events without an alert, a CAP id that is not the next one, an alert id
  /// beyond the next. RESOURCE_EXHAUSTED: the disk is full. UNAVAILABLE: another write error;
  /// nothing was written, and the next Apply tries again.
  virtual absl::Status Apply(absl::Span<const AlertChange> changes) = 0;

  /// Overwrites `value` and `peak_value` of existing alerts without a sync: the values survive kill
  /// -9, but the last ones may be lost in a power failure. For values that change every second.
  /// Errors as in Apply; NOT_FOUND: no such alert.
  virtual absl::Status UpdateValues(absl::Span<const AlertRecord> alerts) = 0;

  /// NOT_FOUND: no such alert.
  virtual absl::StatusOr<AlertRecord> GetAlert(std::uint64_t id) const = 0;

  /// Visits alerts with an id less than `before_id`, newest first, until `visit` returns false.
  virtual absl::Status ScanAlerts(std::uint64_t before_id,
                                  absl::FunctionRef<bool(const AlertRecord&)> visit) const = 0;

  /// Alerts that are not resolved, oldest first.
  virtual absl::StatusOr<std::vector<AlertRecord>> ListActiveAlerts() const = 0;

  /// The trail of an alert, oldest line first. NOT_FOUND: no such alert.
  virtual absl::StatusOr<std::vector<AlertEventRecord>> ListEvents(
      std::uint64_t alert_id) const = 0;

  /// Recomputes the hashes of the trail of an alert, from a position on, for at most `events_max`
  /// lines: continue at the last sequence of an incomplete check. A changed, missing, inserted or
  /// unreadable line is reported in the result, not as an error. NOT_FOUND: no such alert.
  /// UNAVAILABLE: the disk. Memory O(1).
  virtual absl::StatusOr<TrailCheck> VerifyTrail(TrailPosition from,
                                                 std::size_t events_max = kAllEvents) const = 0;

  virtual absl::StatusOr<std::vector<RuleStateRecord>> ListRuleStates() const = 0;

  /// NOT_FOUND: no message with this id was issued here.
  virtual absl::StatusOr<CapRecord> GetCap(std::string_view cap_id) const = 0;

  /// Visits CAP messages, newest first, until `visit` returns false.
  virtual absl::Status ScanCaps(absl::FunctionRef<bool(const CapRecord&)> visit) const = 0;

  /// OK, or the error of the last write. After a failure this call checks whether writing is
  /// possible again.
  virtual absl::Status WriteStatus() = 0;

  /// A message for people about changes that were written and synced, and are missing since the
  /// store was opened, with the remedy. Empty: nothing is missing.
  virtual std::string Loss() const = 0;

  /// Makes a copy of the whole store in `directory`, which must not exist and must be on the same
  /// file system. The copy has exactly the changes that were applied before, opens as a store, and
  /// its offset is the greatest id of an alert. Writers wait meanwhile: milliseconds.
  /// RESOURCE_EXHAUSTED or UNAVAILABLE: the disk; nothing is left then. FAILED_PRECONDITION: the
  /// directory exists.
  virtual absl::StatusOr<StoreCopy> Copy(const std::string& directory) = 0;

  static constexpr std::size_t kAllEvents = std::numeric_limits<std::size_t>::max();
  static constexpr std::uint64_t kNewest = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ALERTS_ALERT_STORE_H_
