#include "services/alerts/alert_watch_source.h"

#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "services/alerts/alert_proto.h"

namespace citylayers::alerts {
namespace {

using storage::AlertRecord;
using storage::AlertState;

constexpr absl::Duration kWaitMax = absl::Seconds(30);

}  // namespace

AlertWatchSource::AlertWatchSource(AlertManager& manager, Filter filter, int snapshot_max,
                                   CutOffs& cut_offs)
    : manager_(manager),
      filter_(std::move(filter)),
      snapshot_max_(snapshot_max),
      cut_offs_(cut_offs),
      subscription_(manager.hub().Subscribe([waker = waker()] { waker->Wake(); })) {}

absl::Status AlertWatchSource::FillSnapshot(v1::WatchAlertsResponse* response) {
  // The version is read first: an alert that changes while the list is built is sent again, not
  // lost.
  version_ = manager_.hub().version();
  ASSIGN_OR_RETURN(const AlertPage page,
                   manager_.book().List(filter_, storage::AlertStore::kNewest, snapshot_max_));
  if (page.next_before_id != 0) cut_offs_.watch_snapshot_max.Increment();
  held_.clear();
  for (const AlertRecord& alert : page.alerts) {
    *response->add_alerts() = ToProto(alert);
    if (alert.state != AlertState::kResolved) held_.insert(alert.id);
  }
  response->set_snapshot(true);
  has_snapshot_ = true;
  return absl::OkStatus();
}

absl::StatusOr<runtime::StreamStep> AlertWatchSource::Next(v1::WatchAlertsResponse* response) {
  std::optional<WatchHub::Changes> changes;
  if (has_snapshot_) {
    changes = manager_.hub().ChangesSince(version_);
    if (!changes.has_value()) cut_offs_.watch_held_max.Increment();
  }
  if (!changes.has_value()) {
    RETURN_IF_ERROR(FillSnapshot(response));
    return runtime::StreamStep::Message();
  }
  version_ = changes->version;
  for (const AlertRecord& alert : changes->alerts) {
    const bool matches = MatchesAlert(filter_, alert);
    const bool was_held = held_.erase(alert.id) > 0;
    // An alert that the client has and that no longer matches is sent once more, so that the client
    // can drop it.
    if (!matches && !was_held) continue;
    *response->add_alerts() = ToProto(alert);
    if (matches && alert.state != AlertState::kResolved) held_.insert(alert.id);
  }
  return response->alerts_size() > 0 ? runtime::StreamStep::Message()
                                     : runtime::StreamStep::Wait(kWaitMax);
}

}  // namespace citylayers::alerts
