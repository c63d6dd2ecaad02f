// Counters of results that a limit of the alerts module cut off.
#ifndef CITYLAYERS_SERVICES_ALERTS_CUT_OFFS_H_
#define CITYLAYERS_SERVICES_ALERTS_CUT_OFFS_H_

#include <prometheus/counter.h>

#include "services/runtime/metrics.h"

namespace citylayers::alerts {

/// One counter per limit, `citylayers_alerts_cut_off_total{limit="…"}`, named after its option
/// `alerts.…`. Thread-safe; `metrics` must outlive it.
struct CutOffs {
  explicit CutOffs(runtime::Metrics& metrics)
      : cap_list_max(Of(metrics, "cap_list_max")),
        caps_scanned_max(Of(metrics, "caps_scanned_max")),
        watch_snapshot_max(Of(metrics, "watch_snapshot_max")),
        watch_held_max(Of(metrics, "watch_held_max")),
        input_rows_max(Of(metrics, "input_rows_max")) {}

  prometheus::Counter& cap_list_max;  ///< Lists of CAP messages with more matches than the limit.
  prometheus::Counter& caps_scanned_max;    ///< Lists that did not reach the oldest messages.
  prometheus::Counter& watch_snapshot_max;  ///< Snapshots that left out the oldest matches.
  prometheus::Counter&
      watch_held_max;  ///< Watchers so far behind that they received a new snapshot.
  prometheus::Counter& input_rows_max;  ///< Lists of other services, dropped as too long.

 private:
  static prometheus::Counter& Of(runtime::Metrics& metrics, const char* limit) {
    return metrics.Counter("citylayers_alerts_cut_off_total",
                           "Results cut off by a limit, by its option alerts.*",
                           {{"limit", limit}});
  }
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_CUT_OFFS_H_
