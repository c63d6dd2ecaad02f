#include "services/readings/readings_metrics.h"

#include <algorithm>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include "citylayers/readings/v1/readings.pb.h"

namespace citylayers::readings {
namespace {

// REJECT_REASON_FAR_FUTURE is "far_future" in a label.
std::string ReasonLabel(int reason) {
  std::string name = v1::RejectReason_Name(static_cast<v1::RejectReason>(reason));
  name = name.substr(std::string("REJECT_REASON_").size());
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

}  // namespace

ReadingsMetrics::ReadingsMetrics(runtime::Metrics& metrics)
    : ingested_(metrics.Counter("citylayers_readings_ingested_total", "Readings stored.")),
      batches_(metrics.Counter("citylayers_readings_batches_total", "Batches acknowledged.")),
      duplicates_(metrics.Counter("citylayers_readings_duplicate_batches_total",
                                  "Batches acknowledged that had been stored before.")),
      failures_(metrics.Counter("citylayers_readings_failed_batches_total",
                                "Batches that could not be stored.")),
      append_seconds_(metrics.Seconds("citylayers_readings_append_seconds",
                                      "From a batch's arrival to its acknowledgement.")),
      queued_batches_(
          metrics.Gauge("citylayers_readings_queued_batches", "Batches that wait for the disk.")),
      log_bytes_(
          metrics.Gauge("citylayers_readings_log_bytes", "Bytes of the batches in the log.")),
      head_readings_(metrics.Gauge("citylayers_readings_head_readings",
                                   "Readings in memory that are in no chunk yet.")),
      disk_bytes_(metrics.Gauge("citylayers_readings_disk_bytes", "Bytes of the store's files.")),
      series_(metrics.Gauge("citylayers_readings_series", "Measures that are known.")),
      last_offset_(metrics.Gauge("citylayers_readings_last_offset", "Offset of the newest batch.")),
      unsealed_batches_(metrics.Gauge("citylayers_readings_unsealed_batches",
                                      "Batches that a restart would read again.")) {
  for (int reason = 0; reason < v1::RejectReason_ARRAYSIZE; ++reason) {
    rejected_.push_back(&metrics.Counter("citylayers_readings_rejected_total", "Readings refused.",
                                         {{"reason", ReasonLabel(reason)}}));
  }
}

void ReadingsMetrics::CountBatch(uint64_t stored, bool duplicate,
                                 absl::Span<const uint64_t> refused_by_reason,
                                 absl::Duration took) {
  batches_.Increment();
  if (duplicate) duplicates_.Increment();
  ingested_.Increment(static_cast<double>(stored));
  append_seconds_.Observe(absl::ToDoubleSeconds(took));
  if (duplicate) return;
  for (size_t reason = 0; reason < refused_by_reason.size(); ++reason) {
    if (refused_by_reason[reason] != 0) {
      rejected_[reason]->Increment(static_cast<double>(refused_by_reason[reason]));
    }
  }
}

void ReadingsMetrics::CountFailure() { failures_.Increment(); }

void ReadingsMetrics::Show(const storage::ReadingsStoreStats& stats) {
  queued_batches_.Set(static_cast<double>(stats.queued_batches));
  log_bytes_.Set(static_cast<double>(stats.log_bytes));
  head_readings_.Set(static_cast<double>(stats.head_readings));
  disk_bytes_.Set(static_cast<double>(stats.disk_bytes));
  series_.Set(static_cast<double>(stats.series_count));
  last_offset_.Set(static_cast<double>(stats.last_offset));
  unsealed_batches_.Set(static_cast<double>(stats.last_offset - stats.sealed_offset));
}

}  // namespace citylayers::readings
