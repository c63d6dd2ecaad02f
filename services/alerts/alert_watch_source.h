// A watcher of alerts: sends a snapshot, then changes. It keeps no queue.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_WATCH_SOURCE_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_WATCH_SOURCE_H_

#include <cstdint>
#include <memory>
#include <set>

#include "citylayers/alerts/v1/alert_service.pb.h"
#include "services/alerts/alert_filter.h"
#include "services/alerts/alert_manager.h"
#include "services/alerts/cut_offs.h"
#include "services/runtime/rpc/stream_source.h"

namespace citylayers::alerts {

/// Follows the manager for one client. It holds a version and the ids that the client has; a client
/// that reads slowly receives each changed alert once, in its latest state. One caller at a time.
class AlertWatchSource final : public runtime::StreamSource<v1::WatchAlertsResponse> {
 public:
  /// `manager` and `cut_offs` must outlive this. A snapshot holds the `snapshot_max` newest
  /// matches.
  AlertWatchSource(AlertManager& manager, Filter filter, int snapshot_max, CutOffs& cut_offs);

  absl::StatusOr<runtime::StreamStep> Next(v1::WatchAlertsResponse* response) override;

 private:
  absl::Status FillSnapshot(v1::WatchAlertsResponse* response);

  AlertManager& manager_;
  const Filter filter_;
  const int snapshot_max_;
  CutOffs& cut_offs_;
  std::shared_ptr<void> subscription_;
  bool has_snapshot_ = false;
  std::uint64_t version_ = 0;
  std::set<std::uint64_t> held_;  ///< Ids of unresolved alerts that the client has.
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_WATCH_SOURCE_H_
