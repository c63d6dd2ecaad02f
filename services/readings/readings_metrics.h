// Metrics of the readings module.
#ifndef CITYLAYERS_SERVICES_READINGS_READINGS_METRICS_H_
#define CITYLAYERS_SERVICES_READINGS_READINGS_METRICS_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/runtime/metrics.h"
#include "storage/readings/readings_store_stats.h"

namespace citylayers::readings {

/// Metrics `citylayers_readings_*`. Thread-safe; `metrics` must outlive this.
class ReadingsMetrics {
 public:
  explicit ReadingsMetrics(runtime::Metrics& metrics);

  /// Counts an answered batch. `refused_by_reason` is indexed by RejectReason.
  void CountBatch(std::uint64_t stored, bool duplicate,
                  absl::Span<const std::uint64_t> refused_by_reason, absl::Duration took);
  /// Counts a batch that could not be stored.
  void CountFailure();
  /// Sets the gauges to the store's present figures. Called by one thread.
  void Show(const storage::ReadingsStoreStats& stats);

 private:
  prometheus::Counter& ingested_;
  prometheus::Counter& batches_;
  prometheus::Counter& duplicates_;
  prometheus::Counter& failures_;
  prometheus::Histogram& append_seconds_;
  std::vector<prometheus::Counter*> rejected_;
  prometheus::Gauge& queued_batches_;
  prometheus::Gauge& log_bytes_;
  prometheus::Gauge& head_readings_;
  prometheus::Gauge& disk_bytes_;
  prometheus::Gauge& series_;
  prometheus::Gauge& last_offset_;
  prometheus::Gauge& unsealed_batches_;
  prometheus::Gauge& lost_chunks_;
  prometheus::Gauge& lost_batches_;
  prometheus::Gauge& dedupe_sources_;
  prometheus::Counter& committed_;
  prometheus::Counter& syncs_;
  prometheus::Counter& sync_seconds_;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_SERVICES_READINGS_READINGS_METRICS_H_
